"""Which build a caller means, and whether it exists for the caller.

A build is named by the UUID that its start returned, by Temporal's workflow ID (``build-<build ID>``), or by the bare
build ID. A name that could be two of these is the first of them that there is.
"""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

from temporalio.service import RPCError

from baton.contracts.names import workflow_id as temporal_id
from baton.domain.requests import BUILD_ID_PATTERN
from baton.runtime.client import TemporalConnectionError
from baton.store.errors import DatabaseUnavailable
from baton.store.ids import build_key
from baton.store.reading import find_build
from gateway.access.caller import Caller
from gateway.errors import BuildNotFound
from gateway.web.site import Site
from gateway.web.whereabouts import Located

__all__ = ["Located", "locate", "locate_build"]

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_MOST_SHOWN = 120
_NEWEST = 500
"""How many of Temporal's builds are looked through for one that SQL does not have yet."""

_NEWEST_WITHOUT_SQL = 10_000

_Search = Callable[[], Awaitable[Located | None]]


async def locate(site: Site, caller: Caller, workflow_id: str) -> Located:
    """The build that ``workflow_id`` names. Projects that the caller does not see have none.

    Raises BuildNotFound, and while it cannot be known: TemporalUnavailable, RPCError, DatabaseUnavailable.
    """
    prefix = temporal_id("")
    searches: list[_Search] = []
    if _UUID.fullmatch(workflow_id):
        searches.append(lambda: _by_key(site, UUID(workflow_id)))
    if workflow_id.startswith(prefix):
        searches.append(lambda: _by_build_id(site, workflow_id.removeprefix(prefix)))
    searches.append(lambda: _by_build_id(site, workflow_id))
    return await _first(searches, caller, workflow_id)


async def locate_build(site: Site, caller: Caller, build_id: str) -> Located:
    """The build with that build ID and no other. Raises as :func:`locate`."""
    return await _first([lambda: _by_build_id(site, build_id)], caller, build_id)


async def _first(searches: list[_Search], caller: Caller, name: str) -> Located:
    trouble: Exception | None = None
    for search in searches:
        try:
            found = await search()
        except (TemporalConnectionError, RPCError, DatabaseUnavailable) as error:
            trouble = trouble or error
            continue
        if found is not None and caller.grant.sees(found.project_id):
            return found
    if trouble is not None:
        raise trouble
    shown = name if len(name) <= _MOST_SHOWN else name[:_MOST_SHOWN] + "…"
    raise BuildNotFound(f"There is no build {shown!r}. GET /api/workflows lists those there are")


async def _by_build_id(site: Site, build_id: str) -> Located | None:
    if re.fullmatch(BUILD_ID_PATTERN, build_id) is None:
        return None
    found, trouble = await _known(site, build_key(build_id))
    if found is not None:
        return found
    try:
        return site.whereabouts.remember(build_id, await site.temporal.builds.project_of(build_id))
    except BuildNotFound:
        if trouble is not None:  # Temporal forgets in time what SQL keeps
            raise trouble from None
        return None


async def _by_key(site: Site, key: UUID) -> Located | None:
    found, trouble = await _known(site, key)
    if found is not None:
        return found
    await site.whereabouts.scan(site.temporal.builds, most=_NEWEST if trouble is None else _NEWEST_WITHOUT_SQL)
    found = site.whereabouts.get(key)
    if found is None and trouble is not None:
        raise trouble
    return found


async def _known(site: Site, key: UUID) -> tuple[Located | None, DatabaseUnavailable | None]:
    """The build as this process or SQL knows it; or why SQL cannot be asked."""
    if (seen := site.whereabouts.get(key)) is not None:
        return seen, None
    try:
        row = await site.sql(find_build, key)
    except DatabaseUnavailable as error:
        stale = site.whereabouts.get(key, stale=True)
        return stale, None if stale is not None else error
    return None if row is None else site.whereabouts.remember(*row), None
