"""A workflow that notes when things happen, and a worker for it: ``python -m MODULE ADDRESS``."""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.worker import Worker

from baton.runtime.client import connect_plainly
from baton.runtime.workflow_runner import PunctualWorkflowRunner

QUEUE, ERRANDS = "clockwork", "clockwork-errands"
LOST_AFTER = timedelta(seconds=3)


@activity.defn
async def errand() -> None:
    raise NotImplementedError


@workflow.defn
class Clockwork:
    def __init__(self) -> None:
        self._times: list[str] = []

    @workflow.run
    async def run(self) -> None:
        self._times.append(workflow.now().isoformat())
        await workflow.execute_activity(errand, task_queue=ERRANDS, start_to_close_timeout=timedelta(minutes=1))
        self._times.append(workflow.now().isoformat())
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def times(self) -> list[str]:
        return self._times


async def main(address: str) -> None:
    client = await connect_plainly(address)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[Clockwork],
        workflow_runner=PunctualWorkflowRunner(),
        sticky_queue_schedule_to_start_timeout=LOST_AFTER,
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
