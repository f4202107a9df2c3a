"""One trace for each build, whatever becomes of its runs and its workers; and histories stay as they were."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.worker import Replayer

from baton.domain.vocabulary import CommandName, Role, Status
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.encryption.conversion import PLAIN
from baton.runtime.tracing.linking import plugins
from baton.runtime.tracing.spans import carried, current_ids, span
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from gateway.worker.readiness import prepare_namespace
from tests.collector import Collector, Seen
from tests.replay import recordings
from tests.workflow.stage import Play, all_manual, stage
from workflows.build import BuildWorkflow


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal, collector: Collector) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


async def abandon(play: Play) -> None:
    state = (await play.status()).current_state.value
    await play.tell(CommandName.ABANDON, reason="seen enough", expected_state=state)
    await play.until(lambda view: view.status is Status.FAILED)


async def test_runs_and_workers_that_follow_one_another_make_one_trace(client: Client, collector: Collector) -> None:
    build = f"followed-{uuid4().hex[:8]}"
    async with stage(client, all_manual(history_events=40), cached=0) as scene:
        with span("a caller"):
            ids = current_ids()
            assert ids is not None
            play = await scene.start(build)
        await play.advance(Role.Q_ASSISTANT, "discovery")
        before = scene.mirrored
        scene.builds.clear()  # what it has begun is carried by the next worker
    async with stage(client, all_manual(history_events=40)) as scene:
        scene.mirrored = before
        play = Play(scene, play.request, play.handle)
        commands = 2
        while (described := await play.handle.describe()).run_id == play.handle.first_execution_run_id:
            await play.tell(CommandName.PAUSE)
            await play.tell(CommandName.RESUME)
            commands += 2
            assert commands < 120
            await asyncio.sleep(0.2)  # a run goes on in a new one when nothing of it is under way
        await abandon(play)

    runs = [play.handle.first_execution_run_id, described.run_id]
    collector.until(lambda one: one.name == "RunWorkflow:BuildWorkflow" and one.attributes["temporalRunID"] == runs[1])
    found = collector.spans(lambda one: one.build == build)
    carrying = [one for one in found if one.name == "RunWorkflow:BuildWorkflow"]
    assert {one.trace_id for one in carrying} == {ids[0]}
    assert {one.trace_id for one in found if one.name.startswith("RunActivity")} == {ids[0]}
    assert [carrying[0].attributes["temporalRunID"], carrying[-1].attributes["temporalRunID"]] == runs
    assert [one.parent_id for one in carrying[1:]] == [one.span_id for one in carrying[:-1]]
    assert max(Counter(one.span_id for one in found).values()) == 1
    linked = [one for one in found if one.name.startswith("HandleUpdate:") and one.trace_id != ids[0]]
    assert len(linked) == commands
    assert {link for one in linked for link, _ in one.links} == {ids[0]}


async def test_a_run_that_was_reset_stays_in_the_trace(client: Client, collector: Collector) -> None:
    build = f"reset-{uuid4().hex[:8]}"
    async with stage(client, all_manual()) as scene:
        play = await scene.start(build)
        await play.tell(CommandName.PAUSE)
        first = (await play.handle.fetch_history()).events
        done = next(one.event_id for one in first if one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        answer = await client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=play.handle.id),
                workflow_task_finish_event_id=done,
                request_id=str(uuid4()),
                reason="to see",
            )
        )
        play = Play(scene, play.request, client.get_workflow_handle_for(BuildWorkflow.run, play.handle.id))
        await play.handle.execute_update(BuildWorkflow.start, play.request)  # answered as soon as it is open again
        await abandon(play)
    collector.until(lambda one: one.attributes.get("temporalRunID") == answer.run_id and one.name[:11] == "RunWorkflow")
    working = collector.spans(lambda one: one.build == build and one.name == "RunActivity:mirror_journal")
    assert len({one.trace_id for one in working}) == 1
    assert len({one.attributes["temporalRunID"] for one in working}) == 2


async def test_without_a_caller_the_workflow_begins_a_trace_of_its_own(
    client: Client, collector: Collector, temporal_server: EmbeddedTemporal
) -> None:
    build = f"alone-{uuid4().hex[:8]}"
    plain = await Client.connect(temporal_server.address, data_converter=PLAIN)
    async with stage(client, all_manual()) as scene:
        caller, scene.client = scene.client, plain
        play = await scene.start(build)
        await abandon(play)
        scene.client = caller
    run = collector.until(lambda one: one.build == build and one.name == "RunWorkflow:BuildWorkflow")
    assert run.parent_id == ""
    assert _traces(collector, build, "RunActivity:mirror_journal") == {run.trace_id}


async def test_histories_replay_with_traces_and_without_them(client: Client) -> None:
    build = f"replayed-{uuid4().hex[:8]}"
    async with stage(client, all_manual()) as scene:
        with span("a caller"):
            play = await scene.start(build)
        await abandon(play)
        history = await play.handle.fetch_history()
    assert any("_tracer-data" in str(event) for event in history.events)
    before = [file for file in recordings.files() if file.stem in ("happy_path", "continued_as_new.2")]
    recorded = [recordings.read(file) for file in before]
    assert len(recorded) == 2
    for traced in (True, False):
        replayer = Replayer(
            workflows=[BuildWorkflow],
            data_converter=PLAIN,
            workflow_runner=PunctualWorkflowRunner(),
            plugins=list(plugins()) if traced else [],
        )
        for one in (history, *recorded):
            await replayer.replay_workflow(one)


def test_what_is_not_traced_carries_nothing() -> None:
    assert carried() == {}
    assert current_ids() is None


def _traces(collector: Collector, build: str, name: str) -> set[str]:
    wanted: list[Seen] = collector.spans(lambda one: one.build == build and one.name == name)
    return {one.trace_id for one in wanted}
