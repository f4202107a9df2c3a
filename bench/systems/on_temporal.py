"""What the systems have in common whose builds Temporal keeps, and whose worker is a child process."""

from temporalio.client import Client

from bench.systems.child import Child
from bench.systems.stage import Stage
from bench.systems.turn import Turn, carry_all

FIRST_SECONDS = 300.0
"""For so long a worker may take until it has carried its first build."""


class OnTemporal:
    """A system with a namespace of its own, made by :meth:`start`. It goes on by itself after a crash."""

    server = True
    recovers = True

    def __init__(self, stage: Stage, child: Child) -> None:
        self._stage = stage
        self._child = child
        self._client: Client | None = None

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._child.pid

    @property
    def client(self) -> Client:
        """A client of its namespace."""
        assert self._client is not None, "it has not been started"
        return self._client

    async def stop(self) -> None:
        """End the worker."""
        await self._child.stop()

    async def carry(self, name: str, count: int, in_flight: int) -> Turn:
        """Start builds, and wait for their ends."""
        return await carry_all(count, in_flight, lambda number: self._one(f"{name}-{number}"))

    def kill(self) -> None:
        """End the worker as a crash would."""
        self._child.kill()

    async def restart(self, name: str, count: int) -> None:
        """Start the worker again. Whoever waits for the builds goes on waiting."""
        self._child.start_again()

    async def _one(self, build: str) -> None:
        raise NotImplementedError
