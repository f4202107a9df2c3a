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
MOST_MIB = 500.0
MOST_GROWTH_MIB_A_MINUTE = 12.0


@dataclass
class Life:
    """One process: resident memory in bytes, each with its time in seconds since its first sight."""

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
            for name, pid in self._doors():
                with contextlib.suppress(psutil.Error):
                    size = psutil.Process(pid).memory_info().rss
                    begun = first.setdefault(pid, time.monotonic())
                    self.lives.setdefault(pid, Life(name)).samples.append((time.monotonic() - begun, size))
            await asyncio.sleep(_EVERY_SECONDS)

    def judge(self, findings: Findings) -> None:
        """Write down who holds, or gathers, too much."""
        for life in self.lives.values():
            if life.most > MOST_MIB:
                findings.add(Kind.GROWN, f"{life.name} held {life.most:.0f} MiB, more than {MOST_MIB:.0f}")
            if life.growth is not None and life.growth > MOST_GROWTH_MIB_A_MINUTE:
                findings.add(
                    Kind.GROWN,
                    f"{life.name} grew by {life.growth:.1f} MiB a minute over {life.seconds:.0f} s, "
                    f"more than {MOST_GROWTH_MIB_A_MINUTE:g}",
                )

    def _doors(self) -> Iterator[tuple[str, int]]:
        for number, worker in enumerate(self.scene.workers):
            if worker.pid is not None:
                yield f"worker {number}", worker.pid
        if self.scene.gateway is not None and self.scene.gateway.pid is not None:
            yield "gateway", self.scene.gateway.pid
