"""Carries out the strokes of a round, and notes what it really did."""

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.service import RPCError

from baton.domain.vocabulary import Phase
from gateway.embedded.worker_process import WorkerFailed
from tests.chaos.database import Postgresql, Sqlite
from tests.chaos.harms import POSTGRESQL_ONLY, SQLITE_ONLY, Harm, Stroke
from tests.chaos.marks import Mark
from tests.chaos.scene import Scene

_SEEKING_SECONDS = 2.0
_REST_SECONDS = 60.0
_SLOW_SECONDS = 0.15
_BALLAST_PIECE = 1 << 20
_BACK_SECONDS = 4.0
"""What it takes after a part is back until builds notice nothing any more."""
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Death:
    """A worker that was killed, when, and what it was doing. Times in seconds since 1970."""

    at: float
    worker: int
    lone: bool
    interrupted: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Outage:
    """Something that was broken, from when to when."""

    harm: Harm
    begin: float
    end: float


@dataclass
class Wrecker:
    """Breaks the parts of ``scene``. What cannot be broken now, because it is broken already, is left out."""

    scene: Scene
    tell: Callable[[str], None]
    deaths: list[Death] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _busy: set[str] = field(default_factory=set)

    @property
    def kills(self) -> Counter[Phase]:
        """How often a worker was killed in the midst of each phase."""
        return Counter(phase for death in self.deaths for phase in {mark.phase for mark in death.interrupted})

    async def wreck(self, strokes: list[Stroke]) -> None:
        """Carry out ``strokes`` at their times; return when all is over. What fails here is an error of the round."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for stroke in strokes:
                await asyncio.sleep(max(0.0, began + stroke.at - time.monotonic()))
                self.tell(str(stroke))
                group.create_task(self._strike(stroke))

    async def hit_the_rest(self) -> None:
        """Kill a worker in each phase in which none was killed yet, as soon as one is at work in it."""
        end = time.monotonic() + _REST_SECONDS
        while (missed := {phase for phase in Phase if not self.kills[phase]}) and time.monotonic() < end:
            for number, worker in enumerate(self.scene.workers):
                at_work = () if worker.pid is None else self.scene.marks.at_work(worker.pid)
                if phase := next((mark.phase for mark in at_work if mark.phase in missed), None):
                    self.tell(f"        worker killed in {phase.value}, in which none was yet")
                    await self._kill_worker(Stroke(0.0, Harm.WORKER_KILLED, 1.0, number, phase), at_once=True)
                    break
            else:
                await asyncio.sleep(0.05)

    async def _strike(self, stroke: Stroke) -> None:
        part, act = self._ways()[stroke.harm]
        if stroke.harm in (Harm.WORKER_KILLED, Harm.WORKER_CUT_OFF):
            await act(stroke)
            return
        async with self._alone(part, stroke) as free:
            if free:
                begin = time.time()
                await act(stroke)
                self.outages.append(Outage(stroke.harm, begin, time.time() + _BACK_SECONDS))

    def _ways(self) -> dict[Harm, tuple[str, Callable[[Stroke], Coroutine[Any, Any, None]]]]:
        return {
            Harm.WORKER_KILLED: ("worker", self._kill_worker),
            Harm.WORKER_CUT_OFF: ("worker", self._cut_worker_off),
            Harm.TEMPORAL_SLOW: ("links", self._slow_links),
            Harm.TEMPORAL_STOPPED: ("temporal", self._stop_temporal),
            Harm.TEMPORAL_KILLED: ("temporal", self._kill_temporal),
            Harm.DATABASE_CUT: ("wire", self._cut_database),
            Harm.DATABASE_SLOW: ("wire", self._slow_database),
            Harm.DATABASE_SILENT: ("wire", self._silence_database),
            Harm.DATABASE_STOPPED: ("database", self._stop_database),
            Harm.DATABASE_KILLED: ("database", self._kill_database),
            Harm.DATABASE_LOCKED: ("database", self._lock_database),
            Harm.DISK_FULL: ("disk", self._fill_disk),
            Harm.GATEWAY_KILLED: ("gateway", self._kill_gateway),
        }

    @asynccontextmanager
    async def _alone(self, part: str, stroke: Stroke) -> AsyncIterator[bool]:
        if part in self._busy:
            self.left_out[stroke.harm.value] += 1
            yield False
            return
        self._busy.add(part)
        try:
            yield True
        finally:
            self._busy.discard(part)

    async def _kill_worker(self, stroke: Stroke, *, at_once: bool = False) -> None:
        worker = self.scene.workers[stroke.worker]
        async with self._alone(f"worker {stroke.worker}", stroke) as free:
            if not free or worker.pid is None:
                return
            work = self.scene.marks.at_work(worker.pid) if at_once else await self._work_of(worker.pid, stroke.phase)
            interrupted = tuple(work)
            at = time.time()
            worker.kill()
            self.deaths.append(Death(at, stroke.worker, stroke.lone, interrupted))
            await asyncio.sleep(stroke.seconds)
            worker.start()
            with contextlib.suppress(WorkerFailed, RPCError):  # when all is healed it is waited for again
                await worker.until_ready(self.scene.client, seconds=_START_SECONDS)
            self.outages.append(Outage(stroke.harm, at, time.time()))

    async def _work_of(self, pid: int, phase: Phase) -> tuple[Mark, ...]:
        """All that the worker performs, as soon as ``phase`` is among it, or one in which none was killed yet; when
        that takes too long, as soon as there is anything.
        """
        wanted = {phase} | {one for one in Phase if not self.kills[one]}
        end = time.monotonic() + _SEEKING_SECONDS
        while True:
            found = tuple(self.scene.marks.at_work(pid))
            late = time.monotonic() > end
            if any(mark.phase in wanted or late for mark in found) or time.monotonic() > end + _SEEKING_SECONDS:
                return found
            await asyncio.sleep(0.05)

    async def _cut_worker_off(self, stroke: Stroke) -> None:
        link = self.scene.links[stroke.worker]
        async with self._alone(f"link {stroke.worker}", stroke) as free:
            if free:
                begin = time.time()
                link.cut()
                await asyncio.sleep(stroke.seconds)
                link.mend()
                self.outages.append(Outage(stroke.harm, begin, time.time() + _BACK_SECONDS))

    async def _slow_links(self, stroke: Stroke) -> None:
        for link in self.scene.links:
            link.delay = _SLOW_SECONDS
        await asyncio.sleep(stroke.seconds)
        for link in self.scene.links:
            link.delay = 0.0

    async def _stop_temporal(self, stroke: Stroke) -> None:
        await self.scene.temporal.stop()
        await self._temporal_back(stroke)

    async def _kill_temporal(self, stroke: Stroke) -> None:
        self.scene.temporal.kill()
        await self._temporal_back(stroke)

    async def _temporal_back(self, stroke: Stroke) -> None:
        await asyncio.sleep(stroke.seconds)
        await self.scene.temporal.start()

    @property
    def _postgresql(self) -> Postgresql:
        assert isinstance(self.scene.database, Postgresql)
        return self.scene.database

    async def _cut_database(self, stroke: Stroke) -> None:
        self._postgresql.proxy.cut()
        await self._wire_back(stroke)

    async def _slow_database(self, stroke: Stroke) -> None:
        self._postgresql.proxy.delay = _SLOW_SECONDS
        await self._wire_back(stroke)

    async def _silence_database(self, stroke: Stroke) -> None:
        self._postgresql.proxy.silence()
        await self._wire_back(stroke)

    async def _wire_back(self, stroke: Stroke) -> None:
        await asyncio.sleep(stroke.seconds)
        self._postgresql.proxy.mend()

    async def _stop_database(self, stroke: Stroke) -> None:
        await self._postgresql.stop()
        await asyncio.sleep(stroke.seconds)
        await self._postgresql.start()

    async def _kill_database(self, stroke: Stroke) -> None:
        self._postgresql.kill()
        await asyncio.sleep(stroke.seconds)
        await self._postgresql.start()

    async def _lock_database(self, stroke: Stroke) -> None:
        assert isinstance(self.scene.database, Sqlite)
        async with self.scene.database.held():
            await asyncio.sleep(stroke.seconds)

    async def _fill_disk(self, stroke: Stroke) -> None:
        ballast = self.scene.home / "ballast"
        try:
            await self._fill(ballast, stroke.seconds)
        finally:
            ballast.unlink()

    @staticmethod
    async def _fill(ballast: Path, seconds: float) -> None:
        """Take every byte, also those that others free meanwhile."""
        end = time.monotonic() + seconds
        with ballast.open("wb", buffering=0) as file:
            while time.monotonic() < end:
                for piece in (_BALLAST_PIECE, 4096):
                    with contextlib.suppress(OSError):
                        while os.write(file.fileno(), bytes(piece)):
                            pass
                await asyncio.sleep(0.05)

    async def _kill_gateway(self, _: Stroke) -> None:
        assert self.scene.gateway is not None
        self.scene.gateway.kill()
        self.scene.gateway.start()


def possible(scene: Scene) -> frozenset[Harm]:
    """What can be broken in ``scene``."""
    harms = frozenset(Harm) - (SQLITE_ONLY if isinstance(scene.database, Postgresql) else POSTGRESQL_ONLY)
    if not scene.small_disk:
        harms -= {Harm.DISK_FULL}
    return harms - {Harm.GATEWAY_KILLED} if scene.gateway is None else harms
