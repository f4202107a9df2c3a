"""The commands that hold a build, let it go on, or give it what it lacks: answers, budgets, waivers."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field, StringConstraints

from baton.domain.vocabulary import CommandName, RefusalCode
from gateway.errors import CommandRefused
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.giving import CommandAnswer, Giver
from gateway.web.api.named import Build, Key
from gateway.web.api.told import Told, Why, WhyNot
from gateway.web.callers import WhoCalls, require
from gateway.web.problems import Problem
from gateway.web.site import Here

router = APIRouter(tags=["commands"], responses=problems(*POSTED, 404, 409))

_Whole = Annotated[int, Field(ge=1, le=10**15)]
_Amount = Annotated[float, Field(gt=0, le=10**12)]


class AnswerRequest(Told):
    """Answer a role's question."""

    question_id: str = Field(description="one of the open questions of the status", examples=["Q-1"])
    answer: Why = Field(description="for the role", examples=["Dots stay."])


class PauseRequest(Told):
    """Start no new phase."""

    reason: WhyNot = ""


class ResumeRequest(Told):
    """Start phases again."""

    reason: WhyNot = ""


class NewLimits(Told):
    """New maxima, each higher than the present one; null takes a budget away."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "examples": [{"rework_rounds": 8}]})

    rework_rounds: _Whole | None = Field(default=None, description="moves back for rework")
    phase_runs: _Whole | None = Field(default=None, description="phases begun, repeats included")
    requests: _Whole | None = Field(default=None, description="to models")
    tokens: _Whole | None = Field(default=None, description="of models")
    money: _Amount | None = Field(default=None, description="US dollars")
    wall_clock: Annotated[int, Field(ge=1, le=3_000_000_000)] | None = Field(
        default=None, description="seconds since the start"
    )


class ExtendRequest(Told):
    """Raise budgets."""

    limits: NewLimits
    reason: WhyNot = ""


class WaiveRequest(Told):
    """Let a finding pass."""

    finding_id: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(examples=["dilution-1"])
    reason: Why = Field(examples=["the test was wrong"])


@router.post("/api/workflows/{workflow_id}/answer", summary="Answer a question")
async def answer(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[AnswerRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Answer a role's question; when all are answered, its phase is performed again."""
    require(caller, CommandName.ANSWER)
    reply = await Giver(site, caller, build, key).give(
        CommandName.ANSWER, question_id=body.question_id, answer=body.answer
    )
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/pause", summary="Pause a build")
async def pause(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[PauseRequest | None, Body()] = None, key: Key = None
) -> CommandAnswer:
    """Start no new phase. One that runs goes on to its end."""
    require(caller, CommandName.PAUSE)
    reply = await Giver(site, caller, build, key).give(CommandName.PAUSE, reason=body.reason if body else "")
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/resume", summary="Resume a build")
async def resume(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[ResumeRequest | None, Body()] = None, key: Key = None
) -> CommandAnswer:
    """Start phases again."""
    require(caller, CommandName.RESUME)
    reply = await Giver(site, caller, build, key).give(CommandName.RESUME, reason=body.reason if body else "")
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/extend-limits", summary="Raise budgets")
async def extend_limits(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[ExtendRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Raise budgets to new maxima. A build that was parked at one goes on with a retry.

    409 for a budget that the build does not have, or that is as high already.
    """
    require(caller, CommandName.EXTEND_LIMITS)
    limits = body.limits.model_dump(exclude_unset=True)
    if not limits:
        raise Problem(422, RefusalCode.MALFORMED.value, "limits names no budget")
    try:
        reply = await Giver(site, caller, build, key).give(CommandName.EXTEND_LIMITS, limits=limits, reason=body.reason)
    except CommandRefused as error:
        if error.reason == RefusalCode.MALFORMED:  # its form is right: it does not suit this build
            raise Problem(409, error.reason, error.message) from error
        raise
    return CommandAnswer.of(build, reply)


@router.post("/api/workflows/{workflow_id}/waive", summary="Waive a finding")
async def waive(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[WaiveRequest, Body()], key: Key = None
) -> CommandAnswer:
    """Let a finding pass: it holds nothing from now on."""
    require(caller, CommandName.WAIVE)
    reply = await Giver(site, caller, build, key).give(
        CommandName.WAIVE, finding_id=body.finding_id, reason=body.reason
    )
    return CommandAnswer.of(build, reply)
