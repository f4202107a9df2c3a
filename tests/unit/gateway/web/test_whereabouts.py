"""What the gateway remembers of builds, and for how long."""

import asyncio
from dataclasses import dataclass, field

import pytest

from baton.store.ids import build_key
from gateway.web import whereabouts
from gateway.web.whereabouts import Located, Whereabouts


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@dataclass
class Kept:
    """Builds that Temporal keeps, and how often it was asked for them."""

    builds: list[tuple[str, str]]
    asked: int = 0
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def newest(self, *, most: int) -> list[tuple[str, str]]:
        self.asked += 1
        await self.waiting.wait()
        return self.builds[:most]


def test_a_build_is_remembered_for_a_minute_and_for_longer_when_nobody_else_knows() -> None:
    clock = Clock()
    places = Whereabouts(clock)
    places.remember("b-1", "shop")
    assert places.get(build_key("b-1")) == Located("b-1", "shop")
    clock.now += 60
    assert places.get(build_key("b-1")) is None
    assert places.get(build_key("b-1"), stale=True) == Located("b-1", "shop")
    assert places.get(build_key("b-2"), stale=True) is None


def test_the_oldest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "_MOST_REMEMBERED", 2)
    places = Whereabouts()
    for name in ("b-1", "b-2", "b-1", "b-3"):
        places.remember(name, "shop")
    assert [places.get(build_key(name)) is not None for name in ("b-1", "b-2", "b-3")] == [True, False, True]


async def test_a_scan_remembers_what_temporal_keeps() -> None:
    kept = Kept([("b-3", "shop"), ("b-2", "shop"), ("b-1", "shop")])
    kept.waiting.set()
    places = Whereabouts(Clock())
    await places.scan(kept, most=2)  # type: ignore[arg-type]
    assert [places.get(build_key(name)) is not None for name in ("b-1", "b-2", "b-3")] == [False, True, True]


async def test_those_who_wait_for_a_scan_share_the_next_one() -> None:
    kept = Kept([("b-1", "shop")])
    places = Whereabouts(Clock())
    waiting = [asyncio.create_task(places.scan(kept, most=9)) for _ in range(20)]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    kept.waiting.set()
    await asyncio.gather(*waiting)
    # The first began before the others asked, so one more had to be made for them.
    assert kept.asked == 2
