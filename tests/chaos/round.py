"""One round: builds in flight, harm for so long, healing, the wait for rest, and the proof."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baton.domain.vocabulary import Phase
from gateway.builds import Builds
from tests.chaos.crowd import Crowd
from tests.chaos.findings import Findings, Kind
from tests.chaos.harms import Harm, schedule
from tests.chaos.leftovers import look
from tests.chaos.memory import Memory
from tests.chaos.proof import Proof
from tests.chaos.recovery import Recovery, recoveries
from tests.chaos.scene import Scene, scene
from tests.chaos.visitors import Visitors
from tests.chaos.wrecker import Wrecker, possible

_ALL_PHASES_SECONDS = 120.0
"""From a round of this length on, a worker has to have been killed in every phase."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round is made of. ``rest_seconds``: how long builds may take to come to rest when all is healed."""

    seed: int
    seconds: float = 180.0
    builds: int = 200
    in_flight: int = 60
    sqlite: bool = False
    gateway: bool = True
    rest_seconds: float = 300.0
    logs: Path | None = None
    timed: bool = True
    """Whether what took too long counts: not on a machine that is busy with other things."""


@dataclass
class Outcome:
    """What came of it."""

    plan: Plan
    findings: Findings = field(default_factory=Findings)
    builds: int = 0
    ended: int = 0
    parked: int = 0
    entries: int = 0
    rows: int = 0
    rest_seconds: float = 0.0
    small_disk: bool = False
    wrecker: Wrecker | None = None
    crowd: Crowd | None = None
    memory: Memory | None = None
    visitors: Visitors | None = None
    recovered: list[Recovery] = field(default_factory=list)


async def play(plan: Plan, environ: Mapping[str, str], tell: Callable[[str], None]) -> Outcome:
    """Play the round. What is found wrong with Baton stands in the outcome; what goes wrong here is raised."""
    outcome = Outcome(plan)
    with tempfile.TemporaryDirectory(prefix="baton-chaos-") as folder:
        async with scene(Path(folder), environ, sqlite=plan.sqlite, gateway=plan.gateway) as made:
            try:
                await _in(made, plan, outcome, tell)
            finally:
                if plan.logs is not None:
                    shutil.copytree(made.folder, plan.logs / f"seed-{plan.seed}", ignore=_no_logs, dirs_exist_ok=True)
    if Path(folder).exists():
        outcome.findings.add(Kind.LEFT, f"the folder {folder}")
    return outcome


def _no_logs(folder: str, names: list[str]) -> list[str]:
    """What is not worth keeping: all but what was written for people, and the marks."""
    inside = Path(folder).name == "marks"
    wanted = (".log", "marks", "temporal")
    return [name for name in names if not (inside or name.endswith(wanted))]


async def _in(made: Scene, plan: Plan, outcome: Outcome, tell: Callable[[str], None]) -> None:
    builds = Builds(made.client, answer_seconds=10.0)
    outcome.small_disk = made.small_disk
    outcome.crowd = crowd = Crowd(builds, made.engine, plan.seed)
    outcome.wrecker = wrecker = Wrecker(made, tell)
    outcome.memory = memory = Memory(made)
    async with _meanwhile(memory.watch()):
        async with _visiting(made, outcome):
            people = asyncio.create_task(crowd.keep_going(plan.builds, plan.in_flight))
            await wrecker.wreck(schedule(plan.seed, plan.seconds, possible(made)))
            if plan.seconds >= _ALL_PHASES_SECONDS:
                await wrecker.hit_the_rest()
            crowd.stopped = True
            await made.heal()
            tell("all is healed")
            await _until_at_rest(people, plan, outcome)
        await _prove(made, builds, crowd, outcome)
    if plan.timed:
        memory.judge(outcome.findings)
    for name, code in (await made.end_doors()).items():
        if code != 0:
            outcome.findings.add(Kind.OTHER, f"the {name} ended with exit code {code} when it was told to stop")
    look(made, outcome.findings)


async def _until_at_rest(people: "asyncio.Task[None]", plan: Plan, outcome: Outcome) -> None:
    began = time.monotonic()
    _, unfinished = await asyncio.wait([people], timeout=plan.rest_seconds)
    outcome.rest_seconds = time.monotonic() - began
    for task in unfinished:
        task.cancel()
        await asyncio.wait([task])
    if not unfinished:
        people.result()


async def _prove(made: Scene, builds: Builds, crowd: Crowd, outcome: Outcome) -> None:
    proof = Proof(made, builds, outcome.findings)
    await proof.of_the_mirror()
    outcome.builds = len(crowd.records)
    for record in crowd.records:
        if not record.ended and not record.left_parked:
            build_id = record.tale.build_id
            outcome.findings.add(Kind.STUCK, f"{build_id}: not at rest after {outcome.plan.rest_seconds:g} s")
        outcome.ended += record.ended
        outcome.parked += record.left_parked
        await proof.of(record)
    outcome.entries, outcome.rows = proof.entries, proof.rows
    assert outcome.wrecker is not None
    outcome.recovered = await recoveries(made.client, outcome.wrecker.deaths, outcome.wrecker.outages)
    for one in outcome.recovered:
        if outcome.plan.timed and one.alone and not one.in_time:
            outcome.findings.add(
                Kind.SLOW,
                f"{one.build_id}: {one.phase} stood still for {one.seconds:.1f} s after a worker's death; "
                f"with {one.own:.1f} s of its own it may be {one.bound:.1f} s",
            )
    hit = outcome.wrecker.kills
    if outcome.plan.seconds >= _ALL_PHASES_SECONDS and (missed := [phase.value for phase in Phase if not hit[phase]]):
        outcome.findings.add(Kind.OTHER, f"no worker was killed in {', '.join(missed)}")


@asynccontextmanager
async def _meanwhile(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _visiting(made: Scene, outcome: Outcome) -> AsyncIterator[None]:
    if made.gateway is None:
        yield
        return
    outcome.visitors = Visitors(made.gateway.url)
    async with _meanwhile(outcome.visitors.visit()):
        yield


def harms_of(outcome: Outcome) -> dict[Harm, int]:
    """How often each harm was done."""
    assert outcome.wrecker is not None
    return {harm: sum(one.harm is harm for one in outcome.wrecker.outages) for harm in Harm}
