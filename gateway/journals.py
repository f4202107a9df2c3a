"""The journal of a build from Temporal, or from SQL where Temporal is away or has forgotten the build."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from temporalio.service import RPCError, RPCStatusCode

from baton.domain.journal import Entry
from baton.runtime.client import TemporalUnavailable
from baton.runtime.diagnosis import reason_of
from baton.store.errors import StoreError
from gateway.errors import BuildNotFound, GatewayError, JournalCut, NoWorker
from gateway.sources import Source

Read = Callable[[], Awaitable[list[Entry]]]


@dataclass(frozen=True, slots=True)
class Journal:
    """A whole journal, and where it comes from; ``instead`` says why not from Temporal, when it was asked first."""

    entries: list[Entry]
    source: Source
    instead: str = ""


async def read(build_id: str, *, temporal: Read, sql: Read, source: Source | None = None) -> Journal:
    """The journal from ``source``; without one from Temporal, or else from SQL.

    Raises BuildNotFound, what Temporal said when SQL has nothing to tell instead, and StoreError when SQL was meant.
    """
    if source is Source.SQL:
        if not (entries := await sql()):
            raise BuildNotFound(f"SQL has no build {build_id!r}. See those there are: python starter.py list")
        return Journal(entries, Source.SQL)
    try:
        return Journal(await temporal(), Source.TEMPORAL)
    except (BuildNotFound, JournalCut, NoWorker, TemporalUnavailable, RPCError) as error:
        entries = [] if source is Source.TEMPORAL or not _is_away(error) else await _kept(sql)
        if not entries:
            raise
        return Journal(entries, Source.SQL, instead=_told(error))


def _is_away(error: Exception) -> bool:
    """Whether Temporal cannot tell, rather than will not."""
    return not isinstance(error, RPCError) or error.status is RPCStatusCode.UNAVAILABLE


async def _kept(sql: Read) -> list[Entry]:
    """What SQL has; nothing where it cannot be asked, since then what Temporal said says more."""
    try:
        return await sql()
    except StoreError:
        return []


def _told(error: Exception) -> str:
    if isinstance(error, RPCError):
        return f"Temporal does not answer: {reason_of(error)}"
    if isinstance(error, BuildNotFound):
        return "Temporal no longer has this build"
    return error.message if isinstance(error, GatewayError) else str(error)
