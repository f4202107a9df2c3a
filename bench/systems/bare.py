"""(a) What all is measured against: a bare Temporal workflow of six activities that do nothing, without SQL."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.converter import DataConverter

from bench.systems.bare_workflow import QUEUE, TASK_TIMEOUT, BareBuild
from bench.systems.child import Child
from bench.systems.stage import Stage
from bench.systems.turn import Lost, Turn, carry_all

_FIRST_SECONDS = 300.0


class Bare:
    """The reference."""

    name = "bare"
    label = "bare Temporal"
    server = True
    recovers = True
    postgresql = False
    slow = False

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._client: Client | None = None
        self._child = Child(
            ["-m", "bench.systems.bare_worker"],
            environ=stage.environment(self.name),
            log=stage.folder / f"{self.name}.log",
        )

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._child.pid

    @property
    def client(self) -> Client:
        """A client of its namespace."""
        assert self._client is not None, "it has not been started"
        return self._client

    async def start(self, **environ: str) -> None:
        """Start the worker; return when it has carried a first workflow."""
        if self._client is None:
            self._client = await self._stage.namespace(self.name, DataConverter.default)
        self._child.start(**environ)
        await self._child.alive(self._first(), seconds=_FIRST_SECONDS)

    async def stop(self) -> None:
        """End the worker."""
        await self._child.stop()

    async def carry(self, name: str, count: int, in_flight: int) -> Turn:
        """Start workflows, and wait for their ends."""
        return await carry_all(count, in_flight, lambda number: self._one(f"{name}-{number}"))

    def kill(self) -> None:
        """End the worker as a crash would."""
        self._child.kill()

    async def restart(self, name: str, count: int) -> None:
        """Start the worker again. Whoever waits for the workflows goes on waiting."""
        self._child.start_again()

    async def _first(self) -> None:
        await self._child.until_polling(self.client, [QUEUE])
        await self._one(f"first-{self.pid}")

    async def _one(self, build: str) -> None:
        result = await self.client.execute_workflow(
            BareBuild.run, build, id=build, task_queue=QUEUE, task_timeout=timedelta(seconds=TASK_TIMEOUT)
        )
        if result != "deployment":
            raise Lost(f"the workflow {build!r} ended with {result!r}")
