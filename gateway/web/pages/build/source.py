"""One build as its page shows it: from SQL, or from Temporal when SQL is away or does not have it yet."""

from dataclasses import dataclass

from temporalio.service import RPCError

from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.view import BuildView
from baton.runtime.client import TemporalUnavailable
from baton.store.errors import StoreError
from baton.store.reading import journal_and_end
from gateway.access.caller import Caller
from gateway.errors import BuildNotFound, CommandRefused, GatewayError, NoWorker
from gateway.story.plain import line
from gateway.web.locating import locate
from gateway.web.site import Site

_SQL_AWAY = "The database does not answer. What you see comes from Temporal, and is true now."
_NOT_YET = "This build is so new that the database does not have it yet. What you see comes from Temporal."


@dataclass(frozen=True, slots=True)
class Seen:
    """A build and its whole journal; ``note`` says why it does not come from SQL, when it does not."""

    view: BuildView
    entries: list[Entry]
    note: str = ""


async def see(site: Site, caller: Caller, name: str) -> Seen:
    """The build that ``name`` names. Raises BuildNotFound, also for one that ``caller`` cannot see, NotOpenYet, and
    what the sources say when they are away.
    """
    try:
        located = await locate(site, caller, name)
    except BuildNotFound as error:
        raise BuildNotFound(f"There is no build {line(name, 120)!r}. The list shows those there are") from error
    return await _see(site, located.build_id)


async def _see(site: Site, build_id: str) -> Seen:
    away: StoreError | None = None
    try:
        entries, end = await site.sql(journal_and_end, build_id)
    except StoreError as error:
        entries, end, away = [], None, error
    if entries:
        return Seen(fold(entries).cut_off(end), entries)
    try:
        found = await site.temporal.builds.journal(build_id)
        end = await site.temporal.builds.outside_end(build_id)
    except (TemporalUnavailable, RPCError, NoWorker) as error:
        raise away or error from error
    except CommandRefused as error:
        if error.reason == "not_open_yet":
            raise NotOpenYet(build_id) from error
        raise
    return Seen(fold(found).cut_off(end), found, _SQL_AWAY if away is not None else _NOT_YET)


class NotOpenYet(GatewayError):
    """The build was started this moment, and its first entry is about to be written."""

    code = "not_open_yet"

    def __init__(self, build_id: str) -> None:
        super().__init__(f"Build {build_id!r} is about to open")
