"""What was handed over, and everything that happened."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from baton.contracts.messages import Handoff
from baton.domain.journal import Entry
from baton.domain.vocabulary import Role, State
from baton.store import reading
from baton.store.records import HandoffRow
from gateway.builds import Builds
from gateway.web.api.documented import problems
from gateway.web.api.named import Build, From
from gateway.web.api.one_build import Sourced, ask
from gateway.web.callers import WhoCalls
from gateway.web.site import Here

router = APIRouter(tags=["builds"], responses=problems(404))


class Passing(BaseModel):
    """One passing of the work from a role to another, or at the end to nobody."""

    sequence: int = Field(description="number of the journal entry that made it")
    from_role: Role
    to_role: Role | None
    from_state: State
    to_state: State
    commit: str | None = Field(description="the commit that was handed over")
    timestamp: datetime
    data_transferred: dict[str, Any]

    @classmethod
    def of(cls, handoff: Handoff) -> Self:
        """``handoff`` as it is told."""
        return cls(**handoff.record.model_dump(), data_transferred=handoff.data or {})

    @classmethod
    def of_row(cls, row: HandoffRow) -> Self:
        """The same from SQL."""
        return cls.model_validate(row, from_attributes=True)


class History(Sourced):
    """The handoffs of a build, in order."""

    workflow_id: UUID
    build_id: str
    total: int = Field(description="how many there are")
    history: list[Passing] = Field(description="the last of them")


class JournalPart(Sourced):
    """Entries of a build's journal, in order."""

    workflow_id: UUID
    build_id: str
    entries: list[Entry]
    next_after: int | None = Field(description="send it as after to get those that follow; null when none do")


@router.get("/api/workflows/{workflow_id}/history", summary="The handoffs")
async def get_history(
    site: Here,
    _: WhoCalls,
    build: Build,
    limit: Annotated[int, Query(ge=1, le=1000, description="at most so many, the last ones")] = 100,
    source: From = None,
) -> History:
    """Who handed over to whom, when, and what: reports go forward, findings and reasons come back."""

    async def of_temporal(builds: Builds) -> list[Passing]:
        return [Passing.of(handoff) for handoff in await builds.history(build.build_id)]

    def of_sql(engine: Engine) -> list[Passing]:
        return [Passing.of_row(row) for row in reading.handoffs(engine, build.build_id)]

    told = await ask(site, build, source, temporal=of_temporal, sql=of_sql)
    return History(
        workflow_id=build.key,
        build_id=build.build_id,
        total=len(told.value),
        history=told.value[-limit:],
        source=told.source,
        notice=told.notice,
    )


@router.get("/api/workflows/{workflow_id}/journal", summary="The journal")
async def get_journal(
    site: Here,
    _: WhoCalls,
    build: Build,
    after: Annotated[int, Query(ge=0, le=10**9, description="only entries after this number")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="at most so many, the first ones")] = 200,
    source: From = None,
) -> JournalPart:
    """Everything that happened: numbered, time-stamped, hash-chained entries. The first holds the request."""

    async def of_temporal(builds: Builds) -> list[Entry]:
        return await builds.journal(build.build_id, after=after)

    def of_sql(engine: Engine) -> list[Entry] | None:
        entries = reading.journal(engine, build.build_id)
        return [entry for entry in entries if entry.sequence > after] if entries else None

    told = await ask(site, build, source, temporal=of_temporal, sql=of_sql)
    entries = told.value[:limit]
    return JournalPart(
        workflow_id=build.key,
        build_id=build.build_id,
        entries=entries,
        next_after=entries[-1].sequence if len(told.value) > limit else None,
        source=told.source,
        notice=told.notice,
    )
