"""The worker of the ladder: ``python -m bench.ladder.worker``."""

import asyncio
from datetime import timedelta

from temporalio.converter import DataConverter
from temporalio.worker import Worker

from baton.runtime.client import connect
from baton.runtime.leaving import exit_cleanly
from bench.ladder.climbing import QUEUE, QUEUES, Climb, phase, terms, written
from bench.systems.serving import serve_until_signalled


async def _serve() -> None:
    client = await connect(data_converter=DataConverter.default)
    workers = [
        Worker(
            client,
            task_queue=queue,
            workflows=[Climb] if queue == QUEUE else [],
            activities=[phase, terms, written] if queue == QUEUE else [phase],
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        )
        for queue in QUEUES
    ]
    await asyncio.gather(*(worker.run() for worker in workers))


if __name__ == "__main__":
    exit_cleanly(serve_until_signalled(_serve()))
