"""Whether people who watch harm builds: a crowd at a gateway on one core, while builds are carried on the others.

Rounds with the crowd and rounds without take turns. Everything is real: Temporal, worker, gateway, SQLite. Builds
begin at a steady pace; with ``--pace 0`` they go as fast as they can, which shows what asking costs the worker that
answers and carries builds on the same core.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from baton.domain.access import EVERYTHING
from baton.runtime.leaving import exit_cleanly
from baton.runtime.logs import configure_logging
from baton.runtime.ports import free_port
from baton.runtime.settings import Settings
from baton.store.tokens import create_token
from bench.carrying import Round, carry_at, carry_for
from gateway.builds import Builds
from gateway.embedded.stack import Stack

_WATCHING = Path(__file__).with_name("watching.py")


Carry = Callable[[Builds, str], Awaitable[Round]]
"""Carries builds, whose IDs begin with the name, for the time of one round."""


async def _bench(rounds: int, carry: Carry, streams: int, rate: float) -> int:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    core = cores[-1] if len(cores) > 1 else None
    if core is not None:
        os.sched_setaffinity(0, set(cores[:-1]))  # what is started from here on inherits it
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        settings = Settings.from_environment({}, home=Path(folder), gateway_requests_per_minute=1_000_000)
        environ = {name: text for name, text in os.environ.items() if not name.startswith("BATON_")}
        async with Stack(settings, environ, gateway_port=free_port()) as stack:
            return await _measured(stack, core, rounds, carry, streams, rate)


async def _measured(stack: Stack, core: int | None, rounds: int, carry: Carry, streams: int, rate: float) -> int:
    assert stack.gateway is not None
    assert stack.gateway.pid is not None
    process = psutil.Process(stack.gateway.pid)
    if core is not None:
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {core})
    token, _ = create_token(stack.engine, name="crowd", grant=EVERYTHING, created_by="bench", now=datetime.now(UTC))
    builds = Builds(stack.client, answer_seconds=60)
    await carry_for(builds, "warm", seconds=2, at_once=4)
    alone: list[Round] = []
    watched: list[Round] = []
    crowds: list[dict[str, Any]] = []
    used = 0.0
    for number in range(rounds):
        alone.append(await carry(builds, f"alone-{number}"))
        async with _crowd(stack.gateway.url, token, streams, rate, core) as came:
            before = sum(process.cpu_times()[:2])
            watched.append(await carry(builds, f"watched-{number}"))
            used += sum(process.cpu_times()[:2]) - before
        crowds.append(came)
        print(f"  round {number + 1}: {alone[-1].per_second:.2f} builds/s alone, {watched[-1].per_second:.2f} watched")
    return _tell(alone, watched, crowds, used, process.memory_info().rss, streams, core)


@asynccontextmanager
async def _crowd(url: str, token: str, streams: int, rate: float, core: int | None) -> AsyncIterator[dict[str, Any]]:
    """A crowd, for as long as the context lasts; what it met with is filled in at the end."""
    came: dict[str, Any] = {}
    words = [url, token, str(streams), str(rate), "any" if core is None else str(core)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_WATCHING), *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError("the crowd did not come")
        yield came
        process.stdin.close()
        async with asyncio.timeout(60):
            came.update(json.loads(await process.stdout.read()))
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _tell(
    alone: Sequence[Round],
    watched: Sequence[Round],
    crowds: Sequence[dict[str, Any]],
    used: float,
    rss: int,
    streams: int,
    core: int | None,
) -> int:
    events: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for came in crowds:
        events.update(came["events"])
        errors.update(came["errors"])
    kinds: dict[str, list[float]] = {}
    for came in crowds:
        for kind, seconds in came["seconds"].items():
            kinds.setdefault(kind, []).extend(seconds)
    asked = [second for seconds in kinds.values() for second in seconds]
    elapsed = sum(one.elapsed for one in watched)
    rates = [statistics.mean(one.per_second for one in side) for side in (alone, watched)]
    print(f"machine     {os.cpu_count()} cores; gateway and crowd on {'all' if core is None else f'core {core} alone'}")
    print(f"throughput  {rates[0]:.2f} builds/s alone, {rates[1]:.2f} watched: ratio {rates[1] / rates[0]:.2f}")
    for name in ("builds", "commands"):
        sides = [[second for one in side for second in getattr(one, name)] for side in (alone, watched)]
        ratio = statistics.median(sides[1]) / statistics.median(sides[0])
        print(f"{name:11} {_spread(sides[0])} alone; {_spread(sides[1])} watched: ratio of p50 {ratio:.2f}")
    print(f"requests    {len(asked)} ({len(asked) / elapsed:.0f}/s), {_spread(asked)}")
    for kind, seconds in sorted(kinds.items()):
        print(f"            {_spread(seconds)}: {kind}")
    print(f"events      {sum(events.values())}: {', '.join(f'{count} {name}' for name, count in events.most_common())}")
    print(f"streams     {streams} wanted, {min(came['open'] for came in crowds)} open at the end of a round")
    print(f"gateway     {100 * used / elapsed:.0f} % of a core, {rss / 2**20:.0f} MiB")
    print(
        f"errors      {sum(errors.values())}{''.join(f'{chr(10)}  {count} x {what}' for what, count in errors.items())}"
    )
    return 1 if errors or not events["build"] or not events["entry"] else 0


def _spread(seconds: Sequence[float]) -> str:
    marks = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"p50 {1000 * marks[9]:.0f} ms, p95 {1000 * marks[18]:.0f} ms"


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each kind")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long a round takes")
    parser.add_argument("--streams", type=int, default=200, help="clients that watch")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--pace", type=float, default=1.0, help="builds begun a second; 0: as fast as they go")
    parser.add_argument("--at-once", type=int, default=4, help="with --pace 0: builds carried at the same time")
    given = parser.parse_args()
    configure_logging("ERROR", "text")

    def carry(builds: Builds, name: str) -> Awaitable[Round]:
        if given.pace:
            return carry_at(builds, name, seconds=given.seconds, pace=given.pace)
        return carry_for(builds, name, seconds=given.seconds, at_once=given.at_once)

    return asyncio.run(_bench(given.rounds, carry, given.streams, given.rate))


if __name__ == "__main__":
    exit_cleanly(main())
