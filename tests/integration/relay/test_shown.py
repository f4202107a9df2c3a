"""What Temporal's own pages and queries show of a build."""

import asyncio
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from tests.workflow.stage import all_manual, stage


async def found(client: Client, query: str, count: int) -> list[str]:
    """The IDs that the search finds, as soon as they are so many: the index lags a moment behind."""
    async with asyncio.timeout(20):
        while len(ids := [one.id async for one in client.list_workflows(query)]) != count:
            await asyncio.sleep(0.1)
    return ids


async def test_builds_are_found_by_where_they_are_and_whose_they_are(client: Client) -> None:
    project = f"project-{uuid4().hex[:12]}"
    async with stage(client) as scene:
        done = await scene.start(f"{project}-done", project_id=project, user_id="grace")
        await done.handle.result()
    async with stage(client, all_manual()) as scene:
        waiting = await scene.start(f"{project}-waiting", project_id=project)
        whose = f"ProjectId = '{project}'"

        assert await found(client, f"{whose} AND BuildState = 'complete'", 1) == [done.handle.id]
        assert await found(client, f"{whose} AND BuildRole = 'q_assistant'", 1) == [waiting.handle.id]
        assert await found(client, f"{whose} AND UserId = 'grace'", 1) == [done.handle.id]
        assert len(await found(client, whose, 2)) == 2
        await waiting.handle.terminate()


async def test_the_web_ui_is_told_where_the_build_is_and_what_moves_it(client: Client) -> None:
    async with stage(client, all_manual()) as scene:
        play = await scene.start(f"shown-{uuid4().hex[:12]}")
        metadata = await play.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        await play.handle.terminate()

    details = metadata.current_details.replace("\u00a0", "")
    assert details.startswith("### discovery · waiting · 0 %\n")
    assert "| ● | discovery | waits |" in details
    assert f"python starter.py advance {play.handle.id.removeprefix('build-')} --role q_assistant" in details
    assert "Send a Signal, **advance**" in details


async def test_every_activity_says_what_it_is_and_for_whom(client: Client) -> None:
    async with stage(client) as scene:
        play = await scene.start(f"summaries-{uuid4().hex[:12]}")
        await play.handle.result()
    scheduled = [
        event
        for event in (await play.handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    converter = pydantic_data_converter.payload_converter
    summaries = [converter.from_payload(event.user_metadata.summary, str) for event in scheduled]

    assert [summary for summary in summaries if not summary.startswith("journal ")] == [
        "discovery by q_assistant",
        "planning by q_assistant",
        "implementation by code_writer",
        "testing by test_auditor",
        "verification by verification_overseer",
        "deployment by release_manager",
    ]
    told = [summary for summary in summaries if summary.startswith("journal ")]
    assert told[0].startswith("journal 1: workflow started")
    assert told[-1].endswith("deployment passed")
    attributes = [event.activity_task_scheduled_event_attributes for event in scheduled]
    assert {one.priority.fairness_key for one in attributes} == {"shop"}
    assert {one.priority.priority_key for one in attributes if one.activity_type.name == "perform_phase"} == {3}
