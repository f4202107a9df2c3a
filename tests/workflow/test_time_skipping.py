import asyncio
from datetime import datetime, timedelta

import pytest
from pydantic import BaseModel
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker


class Nap(BaseModel):
    length: timedelta


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self, nap: Nap) -> datetime:
        await asyncio.sleep(nap.length.total_seconds())
        return workflow.now()


@pytest.mark.parametrize("days", [1, 30])
async def test_days_pass_while_a_result_is_awaited(time_skipping: WorkflowEnvironment, days: int) -> None:
    nap = Nap(length=timedelta(days=days))
    before = await time_skipping.get_current_time()
    async with Worker(time_skipping.client, task_queue="naps", workflows=[Sleeper]):
        woken = await time_skipping.client.execute_workflow(Sleeper.run, nap, id=f"nap-{days}", task_queue="naps")
    assert woken - before >= nap.length
