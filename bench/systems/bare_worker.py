"""The worker of the reference: ``python -m bench.systems.bare_worker``."""

from datetime import timedelta

from temporalio.converter import DataConverter
from temporalio.worker import Worker

from baton.runtime.client import connect
from baton.runtime.leaving import exit_cleanly
from bench.systems.bare_workflow import QUEUE, BareBuild, bare_phase
from bench.systems.serving import serve_until_signalled


async def _serve() -> None:
    worker = Worker(
        await connect(data_converter=DataConverter.default),
        task_queue=QUEUE,
        workflows=[BareBuild],
        activities=[bare_phase],
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )
    await worker.run()


if __name__ == "__main__":
    exit_cleanly(serve_until_signalled(_serve()))
