"""A build that is carried on by races alone: at every step some send what they think right, all at once."""

import asyncio
from random import Random
from typing import Any
from uuid import uuid4

from baton.contracts.messages import CommandReply
from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.moves import HANDOFFS, ORDER, PHASES
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, State
from gateway.builds import Builds
from tests.integration.relay.racing import IN_TIME, Shot, back, check, command_of, moving, shoot
from tests.workflow.stage import FAILED_TESTS, GOOD, Stage


async def relay(scene: Stage, builds: Builds, seed: int, races: int) -> tuple[int, list[str]]:
    """So many races on one build, or fewer where it ends before: how many commands won, and the codes of the others.

    After each its journal must be the story of those who won.
    """
    chance = Random(seed)
    play = await scene.start(f"relay-{seed}-{uuid4().hex[:8]}", profile="open")
    entries = await play.journal()
    won, lost = 0, list[str]()
    for _ in range(races):
        view = fold(entries)
        if view.ended:
            break
        commands = [command_of(shot, number) for number, shot in enumerate(_drawn(chance, view))]
        async with asyncio.timeout(IN_TIME):
            answers = await asyncio.gather(*(shoot(builds, play, command) for command in commands))
            known = len(entries)
            entries += await builds.journal(play.request.build_id, after=known)
        for command, answer in zip(commands, answers, strict=True):
            assert command is not None
            check(entries, known, command, answer)
        assert any(isinstance(answer, CommandReply) for answer in answers)
        won += sum(isinstance(answer, CommandReply) for answer in answers)
        lost += [answer[0] for answer in answers if isinstance(answer, tuple)]
    assert verify(entries).sequence == len(entries)
    assert (await play.status()).head == entries[-1].head
    return won, lost


def _drawn(chance: Random, view: BuildView) -> list[Shot]:
    """Two to four commands that the build as it stands would take, each by itself."""
    here = view.current_state
    if view.parked is not None:
        known = [
            moving(CommandName.REQUEST_RETRY, here),
            *(back(here, phase) for phase in _before(view.parked.from_state)),
        ]
    elif view.paused:
        known = [(CommandName.RESUME, {}), *_backs(view)]
    elif view.pending_approval is not None:
        known = [moving(CommandName.APPROVE, here), moving(CommandName.REFUSE, here), (CommandName.PAUSE, {})]
    else:
        known = [*[_report(chance, view)] * 3, *_backs(view)[:1], (CommandName.PAUSE, {})]
    shots = [known[0], *chance.choices(known, k=chance.choice([1, 1, 2, 3]))]
    chance.shuffle(shots)
    return shots


def _backs(view: BuildView) -> list[Shot]:
    return [back(view.current_state, phase) for phase in reversed(_before(view.current_state))]


def _before(state: State) -> list[str]:
    return [phase.value for phase in PHASES if ORDER.index(phase.state) < ORDER.index(state)]


def _report(chance: Random, view: BuildView) -> Shot:
    state, role = view.current_state, view.current_role
    result: dict[str, Any] = {} if state in HANDOFFS else GOOD[Phase(state.value)]
    if state is State.TESTING and chance.random() < 0.3:
        result = FAILED_TESTS
    elif state is State.PLANNING and chance.random() < 0.3:
        result = {"verdict": "rejected"}
    return CommandName.ADVANCE, {"role": role, "completed_state": state, "result": result}
