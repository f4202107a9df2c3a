"""Reporting for a role that is played from outside."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field
from temporalio.service import RPCError

from baton.contracts.messages import CommandReply
from baton.domain.handing import handed_over, makes_handoff
from baton.domain.vocabulary import CommandName, Role
from gateway.errors import GatewayError
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.giving import CommandAnswer, Giver
from gateway.web.api.named import Build, Key
from gateway.web.api.told import AnyRole, AnyState, Told
from gateway.web.callers import WhoCalls, require
from gateway.web.locating import Located
from gateway.web.site import Here, Site

router = APIRouter(tags=["commands"])

_MOST_ENTRIES = 8
"""More than a report can cause: the handoff taken, two phases reported at once, and what ends or parks the build."""


class AdvanceRequest(Told):
    """A role reports the state complete that it owns; in a handoff state it takes the work."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "q_assistant",
                    "completed_state": "discovery",
                    "phase_result": {
                        "output": {"acceptance_criteria": [{"id": "AC-1", "text": "spaces become dashes"}]}
                    },
                },
                {
                    "role": "TEST_AUDITOR",
                    "completed_state": "TESTING",
                    "phase_result": {"tests_run": 12, "tests_failed": 0, "test_coverage": 91.5},
                },
            ]
        },
    )

    role: AnyRole = Field(description="who reports, in either case")
    completed_state: AnyState = Field(description="what is done, in either case")
    phase_result: dict[str, Any] = Field(
        default_factory=dict, description="the report of the phase; in a handoff state a note"
    )
    next_state: AnyState | None = Field(
        default=None, description="where you expect the build to go; no gate is passed by it"
    )


class AdvanceAnswer(CommandAnswer):
    """What came of a report."""

    handoff_data: dict[str, Any] | None = Field(description="what was handed over by it; null when nothing was")


@router.post(
    "/api/workflows/{workflow_id}/advance",
    summary="Report a state complete",
    responses=problems(*POSTED, 404, 409),
)
async def advance(
    site: Here, caller: WhoCalls, build: Build, body: Annotated[AdvanceRequest, Body()], key: Key = None
) -> AdvanceAnswer:
    """Report for a role that is played by hand. The gates judge the report: failed tests send the work back.

    An agent's token reports for its own role alone.
    """
    require(caller, CommandName.ADVANCE, playing=body.role)
    reply = await Giver(site, caller, build, key).give(
        CommandName.ADVANCE,
        role=body.role.value,
        completed_state=body.completed_state.value,
        result=body.phase_result,
        next_state=None if body.next_state is None else body.next_state.value,
    )
    return AdvanceAnswer.of(build, reply, handoff_data=await _handed_over(site, build, reply, body.role))


async def _handed_over(site: Site, build: Located, reply: CommandReply, role: Role) -> dict[str, Any] | None:
    """What the report handed over. It has been taken: a journal that cannot be read now is no reason to say no."""
    try:
        after = max(0, reply.sequence - _MOST_ENTRIES)
        entries = await site.temporal.builds.journal(build.build_id, after=after)
    except (GatewayError, RPCError):
        return None
    upto = [entry for entry in entries if entry.sequence <= reply.sequence]
    caused = [entry for entry in upto if entry.at == upto[-1].at]
    handoffs = [one for one in caused if makes_handoff(one) and one.data["from_role"] == role.value]
    return handed_over(handoffs[-1]) if handoffs else None
