"""Having Temporal cancel a build."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from baton.domain.access import Action
from baton.domain.vocabulary import Status
from gateway.errors import BuildEnded
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.named import Build, Key
from gateway.web.api.told import Told, WhyNot
from gateway.web.callers import WhoCalls, require
from gateway.web.site import Here

router = APIRouter(tags=["commands"])


class CancelRequest(Told):
    """Cancel the build."""

    reason: WhyNot = Field(default="", examples=["the project was stopped"])


class Cancelling(BaseModel):
    """The build will end as cancelled."""

    workflow_id: UUID
    build_id: str
    status: Literal["cancelling", "cancelled"]
    duplicate: bool = Field(description="it was cancelled before")


@router.post(
    "/api/workflows/{workflow_id}/cancel",
    summary="Cancel a build",
    status_code=202,
    responses=problems(*POSTED, 404, 409),
)
async def cancel(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[CancelRequest | None, Body()] = None, key: Key = None
) -> Cancelling:
    """Cancel the build: it stops its role, writes its journal, and ends. That takes a moment: see its status.

    The journal's entry has the name of the token before the reason. With an `Idempotency-Key`, a build that is
    cancelled already is no error.
    """
    require(caller, Action.CANCEL)
    reason = body.reason if body is not None else ""
    builds = site.temporal.builds
    try:
        await builds.cancel(build.build_id, f"{caller.name}: {reason}" if reason else f"by {caller.name}")
    except BuildEnded:
        if key is None or (await builds.status(build.build_id)).status is not Status.CANCELLED:
            raise
        return Cancelling(workflow_id=build.key, build_id=build.build_id, status="cancelled", duplicate=True)
    return Cancelling(workflow_id=build.key, build_id=build.build_id, status="cancelling", duplicate=False)
