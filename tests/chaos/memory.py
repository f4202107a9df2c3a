"""How much memory workers and gateway hold, over time."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from tests.chaos.findings import Findings, Kind
from tests.chaos.scene import Scene

MIB = 1024 * 1024
_EVERY_SECONDS = 1.0
_LEAST_SECONDS = 120.0
"""Shorter lives say nothing about growth. Of the others the second half counts, a minute at least: in the first modules
are loaded, and pools and caches are filled."""
MOST_MIB = 300.0
MOST_GROWTH_MIB_A_MINUTE = 12.0
"""Of all lives of a kind together: a worker that takes over from one that was killed holds more than before, and it is
no leak when the other one comes to hold less.
"""


@dataclass
class Life:
    """One process: resident memory in bytes, each with its time in seconds since its first sight."""

    kind: str
    name: str
    samples: list[tuple[float, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it was watched."""
        return self.samples[-1][0] if self.samples else 0.0

    @property
    def most(self) -> float:
        """The most it held, in MiB."""
        return max((size for _, size in self.samples), default=0) / MIB

    @property
    def growth(self) -> float | None:
        """MiB a minute, by a line through the second half of its life; ``None`` for a life that was too short."""
        if self.seconds < _LEAST_SECONDS:
            return None
        warm = [(at, size) for at, size in self.samples if at >= self.seconds / 2]
        slope, _ = statistics.linear_regression([at for at, _ in warm], [size for _, size in warm])
        return slope * 60 / MIB


@dataclass
class Memory:
    """The lives of all workers and gateways of a round."""

    scene: Scene
    lives: dict[int, Life] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look at them until cancelled."""
        first: dict[int, float] = {}
        while True:
            for kind, name, pid in self._doors():
                with contextlib.suppress(psutil.Error):
                    size = psutil.Process(pid).memory_info().rss
                    begun = first.setdefault(pid, time.monotonic())
                    self.lives.setdefault(pid, Life(kind, name)).samples.append((time.monotonic() - begun, size))
            await asyncio.sleep(_EVERY_SECONDS)

    def growth(self, kind: str) -> float | None:
        """MiB a minute, the mean of all lives of a kind, each by its length; ``None`` when all were too short."""
        told = [(life.growth, life.seconds) for life in self.lives.values() if life.kind == kind]
        known = [(growth, seconds) for growth, seconds in told if growth is not None]
        return (
            sum(growth * seconds for growth, seconds in known) / sum(seconds for _, seconds in known) if known else None
        )

    def judge(self, findings: Findings) -> None:
        """Write down who holds, or gathers, too much."""
        for life in self.lives.values():
            if life.most > MOST_MIB:
                findings.add(Kind.GROWN, f"{life.name} held {life.most:.0f} MiB, more than {MOST_MIB:.0f}")
        for kind in sorted({life.kind for life in self.lives.values()}):
            growth = self.growth(kind)
            if growth is not None and growth > MOST_GROWTH_MIB_A_MINUTE:
                findings.add(
                    Kind.GROWN, f"{kind} grew by {growth:.1f} MiB a minute, more than {MOST_GROWTH_MIB_A_MINUTE:g}"
                )

    def _doors(self) -> Iterator[tuple[str, str, int]]:
        for number, worker in enumerate(self.scene.workers):
            if worker.pid is not None:
                yield "worker", f"worker {number}", worker.pid
        if self.scene.gateway is not None and self.scene.gateway.pid is not None:
            yield "gateway", "gateway", self.scene.gateway.pid
