"""Commands: as updates, as signals, repeated, stale, malformed."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from baton.domain.facts import CommandRefused
from baton.domain.vocabulary import CommandName, EntryKind, Phase, RefusalCode, Role, State, Status
from tests.workflow.stage import Play, all_manual, message, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

BY_HAND: list[tuple[Role, str, dict[str, Any]]] = [
    (Role.Q_ASSISTANT, "discovery", {"output": {"acceptance_criteria": []}}),
    (Role.Q_ASSISTANT, "planning", {"output": {"steps": ["one"]}}),
    (Role.CODE_WRITER, "implementation", {"summary": "written"}),
    (Role.TEST_AUDITOR, "testing", {"all_tests_passed": True, "test_coverage": 0.9}),
    (Role.VERIFICATION_OVERSEER, "verification", {"approved_for_deployment": True}),
    (Role.RELEASE_MANAGER, "deployment", {"deployment_successful": True}),
]
"""What each role reports when a build is carried by hand."""


async def refusal_of(play: Play, name: CommandName, **fields: Any) -> ApplicationError:
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await play.tell(name, **fields)
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    return cause


async def test_a_build_can_be_carried_by_updates_alone(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("by-updates")
        for role, state, result in BY_HAND:
            reply = await play.advance(role, state, result)
        assert (reply.state, reply.status) == (State.COMPLETE, Status.COMPLETE)
        await play.handle.result()

    assert not scene.orders
    assert len(play.mirrored) == 12


async def test_a_build_can_be_carried_by_signals_alone(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("by-signals")
        for role, state, result in BY_HAND:
            await play.signal(
                CommandName.ADVANCE, role=role.value.upper(), completed_state=state.upper(), result=result
            )
        reply = await play.handle.result()

    assert reply.status is Status.COMPLETE
    assert len(play.mirrored) == 12


async def test_a_stale_advance_is_refused_and_leaves_no_trace(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("stale")
        await play.advance(*BY_HAND[0])
        cause = await refusal_of(play, CommandName.ADVANCE, role="q_assistant", completed_state="discovery")
        entries = await play.journal()
        await play.handle.cancel()

    assert cause.type == RefusalCode.STALE_STATE
    assert "is in 'planning', not in 'discovery'" in cause.message
    assert len(entries) == 2


@pytest.mark.parametrize(
    ("payloads", "words"),
    [
        ([{"actor": {"id": "ada"}, "role": "tester", "completed_state": "testing"}], "q_assistant"),
        ([{"actor": {"id": "ada"}, "role": "code_writer", "completed_state": "coding"}], "handoff_to_coder"),
        ([{"role": "code_writer", "completed_state": "implementation"}], "actor"),
        (["advance please"], "one JSON object"),
        ([], "one JSON object"),
        ([{}, {}], "one JSON object"),
    ],
)
async def test_a_malformed_signal_is_recorded_and_changes_nothing_else(
    time_skipping: WorkflowEnvironment, payloads: list[Any], words: str, cached: int
) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start(f"malformed-{abs(hash(str(payloads)))}")
        before = await play.status()
        await play.handle.signal("advance", args=payloads)
        view = await play.until(lambda view: view.head.sequence > before.head.sequence)
        [refused] = [entry for entry in await play.journal() if entry.kind is EntryKind.COMMAND_REFUSED]
        await play.handle.cancel()

    fact = CommandRefused.model_validate(refused.data)
    assert fact.code is RefusalCode.MALFORMED
    assert words in fact.message
    assert view.current_state is State.DISCOVERY


async def test_a_malformed_update_is_refused_with_what_is_wrong(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("malformed-update")
        for payloads in ([], [[1, 2]], [{"actor": {"id": "a"}}, 3]):
            with pytest.raises(WorkflowUpdateFailedError) as caught:
                await play.handle.execute_update("advance", args=payloads)
            assert isinstance(caught.value.cause, ApplicationError)
            assert caught.value.cause.type == RefusalCode.MALFORMED
        await play.handle.cancel()


async def test_a_report_of_three_megabytes_never_reaches_the_journal(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("large")
        large = message(CommandName.ADVANCE, "ada", role="q_assistant", completed_state="discovery")
        large["result"] = {"log": "x" * 300_000}
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await play.handle.execute_update("advance", large)
        assert isinstance(caught.value.cause, ApplicationError)
        assert caught.value.cause.type == RefusalCode.REPORT_TOO_LARGE
        assert len(await play.journal()) == 1
        await play.handle.cancel()


async def test_the_same_command_id_twice_is_one_command(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("twice")
        fields = {"role": "q_assistant", "completed_state": "discovery", "command_id": "key-1"}
        first = await play.tell(CommandName.ADVANCE, **fields)
        await play.signal(CommandName.ADVANCE, **fields)
        second = await play.tell(CommandName.ADVANCE, **fields)
        entries = await play.journal()
        await play.handle.cancel()

    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.sequence == first.sequence
    assert len(entries) == 2


async def test_of_two_advances_at_once_exactly_one_wins(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("race")
        answers = await asyncio.gather(
            *(play.advance(Role.Q_ASSISTANT, "discovery") for _ in range(8)), return_exceptions=True
        )
        entries = await play.journal()
        await play.handle.cancel()

    lost = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
    assert len(lost) == 7
    assert len(entries) == 2


async def test_nobody_reports_for_a_role_that_a_runner_plays(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, cached=cached) as scene:
        gate = asyncio.Event()

        async def slow(_: object) -> dict[str, Any]:
            await gate.wait()
            return {}

        scene.script[Phase.IMPLEMENTATION] = [slow]
        play = await scene.start("out-of-turn")
        await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
        cause = await refusal_of(play, CommandName.ADVANCE, role="code_writer", completed_state="implementation")
        gate.set()
        await play.handle.result()

    assert cause.type == RefusalCode.OUT_OF_TURN
