"""The commands by which people decide how a build goes on."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field

from baton.domain.vocabulary import CommandName
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.giving import CommandAnswer, Giver
from gateway.web.api.named import Build, Key
from gateway.web.api.told import AnyPhase, Believing, Why, WhyNot
from gateway.web.callers import WhoCalls, require
from gateway.web.site import Here

router = APIRouter(tags=["commands"], responses=problems(*POSTED, 404, 409))


class RetryRequest(Believing):
    """Perform a parked phase again, or the running one afresh."""

    reason: Why = Field(examples=["the network is back"])


class RollbackRequest(Believing):
    """Return to an earlier phase."""

    target_state: AnyPhase = Field(description="the phase to return to, in either case", examples=["implementation"])
    reason: Why = Field(examples=["the plan was changed"])


class ApproveRequest(Believing):
    """Let a handoff go on that waits for an approval."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"expected_state": "handoff_to_releaser"}]})

    reason: WhyNot = ""


class RefuseRequest(Believing):
    """Stop a handoff that waits for an approval."""

    reason: Why = Field(description="becomes feedback for who mends it", examples=["not before Monday"])


class AbandonRequest(Believing):
    """Give the build up."""

    reason: Why = Field(examples=["nobody wants it any more"])


@router.post("/api/workflows/{workflow_id}/request-retry", summary="Perform a phase again")
async def request_retry(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[RetryRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Perform the phase again that was parked, or begin the running one afresh."""
    require(caller, CommandName.REQUEST_RETRY)
    reply = await Giver(site, caller, build, key).give(
        CommandName.REQUEST_RETRY, reason=body.reason, expected_state=body.believed
    )
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/rollback", summary="Return to an earlier phase")
async def rollback(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[RollbackRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Return to an earlier phase and to the commit that it started from."""
    require(caller, CommandName.ROLLBACK)
    reply = await Giver(site, caller, build, key).give(
        CommandName.ROLLBACK, target_state=body.target_state.value, reason=body.reason, expected_state=body.believed
    )
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/approve", summary="Approve a handoff")
async def approve(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[ApproveRequest | None, Body()] = None, key: Key = None
) -> CommandAnswer:
    """Let the handoff go on. Where the profile names approvers, the token has to have one of their names."""
    require(caller, CommandName.APPROVE)
    told = body or ApproveRequest()
    reply = await Giver(site, caller, build, key).give(
        CommandName.APPROVE, reason=told.reason, expected_state=told.believed
    )
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/refuse", summary="Refuse a handoff")
async def refuse(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[RefuseRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Stop the handoff; the build is parked, and a retry goes to who mends it."""
    require(caller, CommandName.REFUSE)
    reply = await Giver(site, caller, build, key).give(
        CommandName.REFUSE, reason=body.reason, expected_state=body.believed
    )
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/abandon", summary="Give a build up")
async def abandon(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[AbandonRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Give the build up for good: it ends as failed."""
    require(caller, CommandName.ABANDON)
    reply = await Giver(site, caller, build, key).give(
        CommandName.ABANDON, reason=body.reason, expected_state=body.believed
    )
    return CommandAnswer.of(build, reply)
