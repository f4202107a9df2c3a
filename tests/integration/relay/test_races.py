"""Commands at once, on the real server: those win that go together, and the others are told why.

``RACES=50 python -m pytest tests/integration/relay/test_races.py`` runs each race fifty times, and 200 relays.
"""

import asyncio
import os
from collections import Counter
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus

from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status
from gateway.builds import Builds
from tests.integration.relay.racing import PROFILES, RACES, Race, Raced, run, stand
from tests.integration.relay.relays import relay
from tests.workflow.stage import GOOD, Stage, stage

ROUNDS = int(os.environ.get("RACES", "2"))
RELAYS, LEGS = 4 * ROUNDS, 14
AT_A_TIME = 8


async def _endless(_: PhaseOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def test_of_commands_at_once_exactly_those_win_that_go_together(client: Client) -> None:
    raced: list[Raced] = []
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(scene: Stage, race: Race, turn: int) -> None:
        async with turns:
            raced.append(await run(scene, Builds(client), race, turn))

    async with stage(client) as scene:
        scene.profiles = PROFILES
        scene.script[Phase.IMPLEMENTATION] = [_endless] * 10_000
        await asyncio.gather(*(one(scene, race, turn) for turn in range(ROUNDS) for race in RACES))

    assert len(raced) == ROUNDS * len(RACES)
    for race in RACES:
        these = [one for one in raced if one.race is race]
        told = Counter(code for one in these for code, _ in one.lost)
        came = Counter(one.kinds[-1].value for one in these)
        print(f"{race.name}: won {dict(Counter(one.won for one in these))}, refused {dict(told)}, last {dict(came)}")


async def test_a_build_that_is_carried_by_races_alone_has_one_story(client: Client) -> None:
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(scene: Stage, seed: int) -> tuple[int, list[str]]:
        async with turns:
            return await relay(scene, Builds(client), seed, LEGS)

    async with stage(client) as scene:
        scene.profiles = PROFILES
        came = await asyncio.gather(*(one(scene, seed) for seed in range(RELAYS)))
    told = Counter(code for _, lost in came for code in lost)
    print(f"{RELAYS} relays: won {sum(won for won, _ in came)}, refused {dict(told)}")
    assert all(lost for _, lost in came)


async def test_a_cancellation_that_comes_after_the_end_does_not_undo_it(client: Client) -> None:
    async with stage(client) as scene:
        scene.profiles = PROFILES
        builds = Builds(client)
        play = await scene.start("cancelled-too-late")
        await stand(play, State.DEPLOYMENT)
        scene.mirror_is_away = True
        await play.advance(Role.RELEASE_MANAGER, "deployment", GOOD[Phase.DEPLOYMENT])
        await builds.cancel(play.request.build_id, "too late")
        await asyncio.sleep(0.3)
        scene.mirror_is_away = False
        ended = await builds.result(play.request.build_id)
        description = await play.handle.describe()
        entries = await play.journal()

    assert ended is Status.COMPLETE
    assert description.status is WorkflowExecutionStatus.COMPLETED
    assert entries[-1].kind is EntryKind.BUILD_COMPLETED
    assert play.mirrored == entries
