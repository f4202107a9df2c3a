"""The streams: server-sent events, which browsers and programs read without asking again and again."""

from collections.abc import AsyncIterable
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from baton.domain.vocabulary import State, Status
from baton.store.ids import build_key
from gateway.web.api.documented import ALWAYS, problems
from gateway.web.api.router import operation_id
from gateway.web.callers import WhoCalls
from gateway.web.live import streams
from gateway.web.live.streams import Wanted
from gateway.web.locating import Located, locate
from gateway.web.problems import Problem
from gateway.web.site import Here

router = APIRouter(tags=["streams"], responses=problems(*ALWAYS), generate_unique_id_function=operation_id)

LastEvent = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description="the ID of the last event that came; browsers send it by themselves"),
]
After = Annotated[str | None, Query(description="the same, for the first request of a page that knows it already")]


async def _located(workflow_id: str, site: Here, caller: WhoCalls) -> Located:
    return await locate(site, caller, workflow_id)


async def _room(site: Here) -> None:
    if site.feed.full:
        raise Problem(503, "too_many_streams", "Too many streams are open", headers={"Retry-After": "10"})


@router.get(
    "/api/workflows/{workflow_id}/stream",
    response_class=EventSourceResponse,
    dependencies=[Depends(_room)],
    responses=problems(404),
    summary="The journal of a build as it is written",
)
async def stream_build(
    located: Annotated[Located, Depends(_located)],
    site: Here,
    caller: WhoCalls,
    last_event: LastEvent = None,
    after: After = None,
) -> AsyncIterable[ServerSentEvent]:
    """Each `entry` once and in order, from the one after the last that came.

    `reset`: what came is no longer true; the journal begins anew. `end`: the build has ended, close the connection.
    `trouble`: the database is away, and `back`: it is there again. Comments keep the connection alive.
    """
    async with aclosing(streams.entries(site, caller, build_key(located.build_id), last_event or after)) as events:
        async for event in events:
            yield event


@router.get(
    "/api/stream",
    response_class=EventSourceResponse,
    dependencies=[Depends(_room)],
    summary="The builds that move",
)
async def stream_builds(
    site: Here,
    caller: WhoCalls,
    project: Annotated[str | None, Query()] = None,
    user: Annotated[str | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    last_event: LastEvent = None,
    after: After = None,
) -> AsyncIterable[ServerSentEvent]:
    """First `refresh`: look at the list now; then a `build` for each that moves, as lists tell of it.

    One that has just ceased to be what was asked for is told, too. `refresh` comes again when too much has happened
    to be told one by one. `trouble` and `back` as for one build.
    """
    wanted = Wanted(project=project, user=user, state=state, status=status)
    async with aclosing(streams.builds(site, caller, wanted, last_event or after)) as events:
        async for event in events:
            yield event
