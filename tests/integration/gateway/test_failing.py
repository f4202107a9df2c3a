"""A build whose worker cannot go on with it."""

import asyncio

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from baton.contracts.names import BUILDS_QUEUE, workflow_id
from baton.domain.commands import COMMANDS
from baton.domain.vocabulary import CommandName
from gateway.builds import Builds
from gateway.errors import NoWorker


@workflow.defn(name="BuildWorkflow", sandboxed=False)
class OfAnotherVersion:
    """Knows nothing of what has happened."""

    @workflow.run
    async def run(self, start: object) -> None:
        raise RuntimeError("this is not the code that began the build")


async def test_who_waits_for_a_build_that_fails_again_and_again_is_told_so(client: Client) -> None:
    async with Worker(client, task_queue=BUILDS_QUEUE, workflows=[OfAnotherVersion]):
        handle = await client.start_workflow("BuildWorkflow", {}, id=workflow_id("failing"), task_queue=BUILDS_QUEUE)
        try:
            async with asyncio.timeout(30):
                while (await handle.describe()).raw_description.pending_workflow_task.attempt < 3:
                    await asyncio.sleep(0.2)
            pause = COMMANDS[CommandName.PAUSE].model_validate({"actor": {"id": "ada"}})
            with pytest.raises(NoWorker, match=r"fails every time \(attempt \d+\); its log says why"):
                await Builds(client, answer_seconds=1).send("failing", pause)
        finally:
            await handle.terminate()
