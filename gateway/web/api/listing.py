"""The list of builds, and the figures of a project: from SQL, with Temporal away, too."""

import base64
import binascii
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, TypeAdapter

from baton.domain.requests import BuildId
from baton.domain.vocabulary import State, Status
from baton.store.browsing import BuildLine, Wanted, browse
from baton.store.reports.asking import stats
from baton.store.reports.scope import Scope
from gateway.web.api.documented import problems
from gateway.web.api.named import ProjectId
from gateway.web.api.rows import BuildRow, Listed, notice, rows
from gateway.web.callers import WhoCalls
from gateway.web.problems import Problem
from gateway.web.site import Here

router = APIRouter(tags=["lists"])

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
_BUILD_ID: TypeAdapter[str] = TypeAdapter(BuildId)


class Wait(StrEnum):
    """What a build can wait for."""

    REPORT = "report"  # somebody plays a role by hand
    APPROVAL = "approval"  # a handoff waits
    ANSWER = "answer"  # a role has asked
    DECISION = "decision"  # it is parked
    RESUME = "resume"  # it is paused


class BuildList(Listed):
    """Some builds, newest first."""

    builds: list[BuildRow]
    next_after: str | None = Field(description="send it as after to get the builds before these; null when none are")


class Stats(Listed):
    """What became of the builds of a project. Durations in seconds, rates in percent; null is: nothing to say."""

    project_id: str
    total: int
    completed: int
    in_progress: int = Field(description="not ended, whatever they wait for")
    failed: int = Field(description="given up, or ended in Temporal")
    cancelled: int
    average_duration: float | None = Field(description="from created to complete")
    success_rate: float | None = Field(description="completed ones among those that have ended")
    most_common_failure_point: State | None = Field(description="where builds were parked or given up most often")
    average_handoffs: float | None = Field(description="of the builds that completed")
    waiting: int
    paused: int
    error: int = Field(description="parked")
    first_pass_yield: float | None = Field(description="completed without rework, retry or rollback, among the ended")
    p50_duration: float | None
    p90_duration: float | None
    rework_rounds: int
    tokens: int
    cost_usd: float


@router.get("/api/workflows", summary="The builds", responses=problems(404))
async def list_builds(
    site: Here,
    caller: WhoCalls,
    project: Annotated[Text | None, Query(description="of this project")] = None,
    user: Annotated[Text | None, Query(description="of this user")] = None,
    state: Annotated[State | None, Query(description="in this state")] = None,
    status: Annotated[Status | None, Query(description="of this status")] = None,
    waiting: Annotated[Wait | None, Query(description="that wait for this")] = None,
    q: Annotated[Text | None, Query(description="with this in the build ID or the title")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="at most so many")] = 50,
    after: Annotated[Text | None, Query(description="`next_after` of the page before")] = None,
) -> BuildList:
    """The builds that the token may see, newest first. Pages are by key, so they stay quick and nothing slips."""
    wanted = Wanted(
        projects=caller.projects,
        project=project,
        user=user,
        state=state,
        status=status,
        waiting=None if waiting is None else waiting.value,
        text=q,
    )
    found = await site.sql(browse, wanted, limit=limit, after=_place(after))
    more = _place_after(found.builds[-1]) if found.more else None
    return BuildList(builds=rows(found.builds), next_after=more, notice=notice(site))


@router.get("/api/workflows/project/{project_id}/stats", summary="The figures of a project")
async def get_stats(site: Here, caller: WhoCalls, project_id: ProjectId) -> Stats:
    """How many builds came how far. A project that has no builds yet, or none that the token may see, has zeros."""
    scope = Scope(projects=frozenset({project_id})).within(caller.projects)
    figures = await site.sql(stats, scope)
    return Stats.model_validate(
        {name: getattr(figures, name) for name in Stats.model_fields.keys() - {"project_id", "notice"}}
        | {"project_id": project_id, "notice": notice(site)}
    )


def _place(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    try:
        created_at, build_id = base64.urlsafe_b64decode(after.encode()).decode().split(" ")
        return datetime.fromisoformat(created_at).astimezone(UTC), _BUILD_ID.validate_python(build_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Problem(404, "no_such_page", "after leads to no page: send the next_after of an answer") from error


def _place_after(line: BuildLine) -> str:
    return base64.urlsafe_b64encode(f"{line.created_at.isoformat()} {line.build_id}".encode()).decode()
