"""Forking a build, and the forks of one."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from baton.contracts.messages import StartAnswer
from baton.contracts.names import workflow_id as temporal_id
from baton.domain.access import Action
from baton.domain.journal import Entry
from baton.domain.lineage import Lineage
from baton.domain.moves import OWNERS
from baton.domain.requests import BuildId, Name
from baton.domain.vocabulary import CommandName, LimitName, Phase, RefusalCode, Role, State, Status
from baton.store.forks import ForkLine, forks_of
from baton.store.ids import build_key
from baton.store.reading import journal
from gateway.errors import BuildNotOpened
from gateway.forking import ForkWish, start_of_fork
from gateway.journals import read
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.holding import NewLimits
from gateway.web.api.named import Build, Key
from gateway.web.api.rows import Listed, notice
from gateway.web.api.succession import next_role
from gateway.web.api.told import AnyPhase, Told, WhyNot
from gateway.web.callers import WhoCalls, require
from gateway.web.locating import Located
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

router = APIRouter(tags=["builds"])


class ForkRequest(Told):
    """Where a new build begins, and what is other in it."""

    phase: AnyPhase = Field(description="the phase to begin with, in either case", examples=["discovery"])
    at: Annotated[int, Field(ge=1, le=10**9)] | None = Field(
        default=None, description="the entry with which the run of the phase began; without it the latest run"
    )
    build_id: BuildId | None = Field(
        default=None, description="of the new build; without it one is made from the build's and the key"
    )
    profile: Name | None = Field(default=None, description="how the roles are played; without it as in the build")
    limits: NewLimits | None = Field(default=None, description="budgets to raise; the others go on as they are")
    reason: WhyNot = ""


class Forked(BaseModel):
    """The fork, new or not."""

    workflow_id: UUID = Field(description="names the new build in every other route")
    build_id: str = Field(examples=["slugify-1-fork-7d0ad8b2"])
    temporal_workflow_id: str
    project_id: str
    current_state: State
    current_role: Role | None = Field(description="who works now")
    next_role: Role | None = Field(description="who works after that")
    status: Status
    forked_from: Lineage = Field(description="the build that it comes from, and up to where")

    @classmethod
    def of(cls, answer: StartAnswer, origin: Lineage, project_id: str) -> Self:
        """What is told of ``answer``."""
        return cls(
            workflow_id=build_key(answer.build_id),
            build_id=answer.build_id,
            temporal_workflow_id=answer.workflow_id,
            project_id=project_id,
            current_state=answer.state,
            current_role=OWNERS.get(answer.state),
            next_role=next_role(answer.state),
            status=answer.status,
            forked_from=origin,
        )


class ForkRow(BaseModel):
    """A build that was forked from another, as SQL has it."""

    workflow_id: UUID
    temporal_workflow_id: str
    build_id: str
    project_id: str
    title: str
    profile: str
    current_state: State
    status: Status
    created_at: datetime
    phase: Phase = Field(description="the one that it began with")
    sequence: int = Field(description="the entry of the other's journal with which that began")

    @classmethod
    def of(cls, line: ForkLine) -> Self:
        """What ``line`` says."""
        return cls(
            workflow_id=build_key(line.build_id),
            temporal_workflow_id=temporal_id(line.build_id),
            build_id=line.build_id,
            project_id=line.project_id,
            title=line.title,
            profile=line.profile,
            current_state=line.state,
            status=line.status,
            created_at=line.created_at,
            phase=line.phase,
            sequence=line.sequence,
        )


class Forks(Listed):
    """The forks of a build, the oldest first."""

    workflow_id: UUID
    build_id: str
    forks: list[ForkRow]


@router.post("/api/workflows/{workflow_id}/fork", summary="Fork a build", responses=problems(*POSTED, 404, 409, 410))
async def fork(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[ForkRequest, Body()], key: Key = None
) -> Forked:
    """Begin a new build where a phase of this one began: with its commit, its reports and what is left of its budgets.

    This one stays as it is, and may have ended. To raise budgets takes a token that may extend limits. With an
    `Idempotency-Key`, what is sent twice is one fork, also when this build has gone on in between.
    """
    require(caller, Action.FORK)
    told = {} if body.limits is None else body.limits.model_dump(exclude_unset=True)
    limits: dict[LimitName, float | None] = {LimitName(name): maximum for name, maximum in told.items()}
    if body.limits is not None:
        require(caller, CommandName.EXTEND_LIMITS)
        if not limits:
            raise Problem(422, RefusalCode.MALFORMED.value, "limits names no budget")
    wish = ForkWish(
        body.phase, body.at, body.build_id, body.profile, limits, body.reason, command_id=key, whose=caller.name
    )
    start = start_of_fork(await _journal(site, build), wish, caller.actor)
    assert start.forking is not None
    try:
        answer = await site.temporal.builds.fork(start)
    except BuildNotOpened as error:
        raise Problem(409, error.code, error.message) from error
    site.whereabouts.remember(answer.build_id, start.request.project_id)
    return Forked.of(answer, start.forking.fork.origin, start.request.project_id)


@router.get("/api/workflows/{workflow_id}/forks", summary="The forks of a build", responses=problems(404))
async def list_forks(site: Here, caller: WhoCalls, build: Build) -> Forks:
    """The builds that were forked from this one, as far as the caller may see them. Where this one comes from stands in
    its status.
    """
    found = await site.sql(forks_of, build.build_id, caller.grant.projects)
    return Forks(
        workflow_id=build.key,
        build_id=build.build_id,
        forks=[ForkRow.of(line) for line in found],
        notice=notice(site),
    )


async def _journal(site: Site, build: Located) -> list[Entry]:
    async def of_temporal() -> list[Entry]:
        return await site.temporal.builds.journal(build.build_id)

    async def of_sql() -> list[Entry]:
        return await site.sql(journal, build.build_id)

    entries = (await read(build.build_id, temporal=of_temporal, sql=of_sql)).entries
    if not entries:
        await site.temporal.builds.status(build.build_id)  # which says why: it never opened, or is about to
    return entries
