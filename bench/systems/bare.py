"""(a) What all is measured against: a bare Temporal workflow of six activities that do nothing, without SQL."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio.converter import DataConverter

from bench.systems.bare_workflow import QUEUE, TASK_TIMEOUT, BareBuild
from bench.systems.child import Child
from bench.systems.on_temporal import FIRST_SECONDS, OnTemporal
from bench.systems.stage import Stage
from bench.systems.turn import Lost


class Bare(OnTemporal):
    """The reference."""

    name = "bare"
    label = "bare Temporal"
    postgresql = False
    slow = False
    worker = "bench.systems.bare_worker"
    """The module whose process works."""
    queues: Sequence[str] = (QUEUE,)
    """What it takes work from."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(
            stage,
            Child(
                ["-m", self.worker],
                environ=stage.environment(self.name),
                log=stage.folder / f"{self.name}.log",
            ),
        )

    async def start(self, **environ: str) -> None:
        """Start the worker; return when it has carried a first workflow."""
        if self._client is None:
            self._client = await self._stage.namespace(self.name, DataConverter.default)
        self._child.start(**environ)
        await self._child.alive(self._first(), seconds=FIRST_SECONDS)

    async def _first(self) -> None:
        await self._child.until_polling(self.client, self.queues)
        await self._one(f"first-{self.pid}")

    async def _one(self, build: str) -> None:
        result = await self.client.execute_workflow(
            BareBuild.run, build, id=build, task_queue=QUEUE, task_timeout=timedelta(seconds=TASK_TIMEOUT)
        )
        if result != "deployment":
            raise Lost(f"the workflow {build!r} ended with {result!r}")
