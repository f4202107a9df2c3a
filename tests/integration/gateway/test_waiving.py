"""``waive`` as approvers give it."""

import pytest
from temporalio.client import Client

from baton.domain.vocabulary import Phase, State
from gateway.builds import Builds
from tests.command_line import CommandLine
from tests.workflow.stage import GOOD, stage, terms

GONE = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}


async def test_an_approver_lets_a_finding_pass(client: Client, here: CommandLine) -> None:
    async with stage(client, terms(waivers=("ada",))) as scene:
        scene.script[Phase.TESTING] = [GOOD[Phase.TESTING] | {"findings": [GONE], "tree": "7" * 40}] * 3
        play = await scene.start("waived")
        await play.until(lambda view: view.parked is not None)
        other = await here("waive", "waived", "dilution-2", "--reason", "which?")
        said = await here("waive", "waived", "dilution-1", "--reason", "the export is gone too")
        again = await here("waive", "waived", "dilution-1", "--reason", "again", "--json")
        view = await Builds(client).status("waived")
        await here("request-retry", "waived", "--reason", "it is waived")
        await play.handle.result()

    assert (said.code, view.current_state) == (0, State.ERROR)
    assert [(waiver.finding_id, waiver.by) for waiver in view.waivers] == [("dilution-1", "ada")]
    assert (other.code, "there are: dilution-1" in other.err) == (1, True)
    assert (again.code, "there are: none" in again.err) == (1, True)


@pytest.mark.parametrize("missing", [("waived",), ("waived", "dilution-1")])
async def test_a_waiver_needs_its_finding_and_its_reason(here: CommandLine, missing: tuple[str, ...]) -> None:
    assert (await here("waive", *missing)).code == 2
