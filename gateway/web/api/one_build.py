"""What one build says: Temporal knows it as of now, SQL knew it moments ago, and remembers it for longer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import Engine

from baton.runtime.client import TemporalUnavailable
from gateway.builds import Builds
from gateway.errors import BuildNotFound, BuildNotOpened, JournalCut, NoWorker
from gateway.sources import Source
from gateway.web.locating import Located
from gateway.web.site import Site

T = TypeVar("T")

_FORGOTTEN = "Temporal no longer keeps this build: this is what SQL has"
_CUT = "Temporal no longer keeps all of this build: this is what SQL has, which may be moments behind"
_ASKED = "This is what SQL has, as was asked: it may be behind"
_OR_SQL = ". What SQL knew last is told with ?source=sql"


class Sourced(BaseModel):
    """What every answer about one build says of where it comes from."""

    source: Source = Field(description="temporal: as of now; sql: as SQL has it, which may be behind")
    notice: str | None = Field(default=None, description="why it does not come from Temporal, where it does not")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """An answer and where it comes from."""

    value: T
    source: Source
    notice: str | None = None


async def ask(
    site: Site,
    build: Located,
    source: Source | None,
    *,
    temporal: Callable[[Builds], Awaitable[T]],
    sql: Callable[[Engine], T | None],
) -> Told[T]:
    """The answer from ``source``; without one from Temporal, and from SQL where Temporal has forgotten.

    Raises BuildNotFound, what GatewayErrors Temporal has, and while they are away TemporalUnavailable and StoreError.
    """
    if source is Source.SQL:
        return await _in_sql(site, build, sql, _ASKED)
    try:
        return Told(await temporal(site.temporal.builds), Source.TEMPORAL)
    except TemporalUnavailable as error:
        raise TemporalUnavailable(f"{error}{_OR_SQL}", error.address) from error
    except NoWorker as error:
        raise NoWorker(f"{error.message}{_OR_SQL}") from error
    except BuildNotOpened as error:
        raise BuildNotFound(error.message) from error
    except (BuildNotFound, JournalCut) as error:
        if source is Source.TEMPORAL:
            raise
        return await _in_sql(site, build, sql, _FORGOTTEN if isinstance(error, BuildNotFound) else _CUT)


async def _in_sql(site: Site, build: Located, sql: Callable[[Engine], T | None], notice: str) -> Told[T]:
    found = await site.sql(sql)
    if found is None:
        raise BuildNotFound(f"SQL does not have the build {build.build_id!r} (yet)")
    return Told(found, Source.SQL, notice)
