"""Races: commands at once on one build, what they may come to, and what its journal then has to say."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CommandReply
from baton.domain.build import Build
from baton.domain.commands import COMMANDS, Command
from baton.domain.fold import fold
from baton.domain.journal import Entry, verify
from baton.domain.refusals import Refusal
from baton.domain.terms import ApprovalTerms, Limits, Terms
from baton.domain.vocabulary import CommandName, EntryKind, Phase, Role, State
from gateway.builds import Builds
from gateway.errors import BuildEnded, CommandRefused
from tests.workflow.stage import GOOD, Play, Stage, all_manual, terms

IN_TIME = 90
ENDS = (EntryKind.BUILD_COMPLETED, EntryKind.BUILD_CANCELLED, EntryKind.BUILD_ABANDONED)
PROFILES: dict[str, Terms] = {
    "script": all_manual(),
    "guarded": all_manual(approvals={State.HANDOFF_TO_CODER: ApprovalTerms()}),
    "open": all_manual(
        approvals={State.HANDOFF_TO_CODER: ApprovalTerms(), State.HANDOFF_TO_RELEASER: ApprovalTerms()},
        limits=Limits(rework_rounds=None, phase_runs=None),
    ),
    "played": terms(manual=[role for role in Role if role is not Role.CODE_WRITER]),
}
"""In ``played`` a runner writes the code, and is at it until it is stopped."""

Shot = tuple[CommandName, dict[str, Any]] | None
"""A command and its fields; ``None`` is Temporal's own request to cancel."""


@dataclass(frozen=True)
class Race:
    """Commands at once, of which ``winners`` can be carried out: one, unless the one does not rule out the other."""

    name: str
    stands: State
    shots: Sequence[Shot]
    winners: frozenset[int] = frozenset({1})
    profile: str = "script"


def advance(state: State, role: Role) -> Shot:
    """The report of ``state``."""
    return CommandName.ADVANCE, {"role": role, "completed_state": state, "result": GOOD[Phase(state.value)]}


def moving(name: CommandName, state: State, **fields: Any) -> Shot:
    """A command that moves the build out of ``state``."""
    return name, {"expected_state": state, "reason": "race"} | fields


def back(state: State, target: str = "planning") -> Shot:
    """A rollback."""
    return moving(CommandName.ROLLBACK, state, target_state=target)


_CODING, _ERROR, _LEAVING = State.IMPLEMENTATION, State.ERROR, State.DEPLOYMENT
_WORK, _LAST = advance(_CODING, Role.CODE_WRITER), advance(_LEAVING, Role.RELEASE_MANAGER)
_RETRY, _GIVE_UP = moving(CommandName.REQUEST_RETRY, _ERROR), moving(CommandName.ABANDON, _CODING)
_DECISIONS = [moving(name, State.HANDOFF_TO_CODER) for name in (CommandName.APPROVE, CommandName.REFUSE)]
_AFRESH = moving(CommandName.REQUEST_RETRY, _CODING)
_NO_MATTER, _BOTH_MAY = frozenset({0, 1}), frozenset({1, 2})

RACES = [
    Race("eight advances", _CODING, [_WORK] * 8),
    Race("approve and refuse", State.HANDOFF_TO_CODER, _DECISIONS, profile="guarded"),
    Race("advance and abandon", _CODING, [_WORK, _GIVE_UP]),
    Race("retry and abandon", _ERROR, [_RETRY, moving(CommandName.ABANDON, _ERROR)]),
    # A report of the phase that has just begun again is as good as any.
    Race("retry and advance", _ERROR, [_RETRY, advance(State.DISCOVERY, Role.Q_ASSISTANT)], _BOTH_MAY),
    Race("complete and rollback", _LEAVING, [_LAST, back(_LEAVING, "testing")]),
    Race("complete and abandon", _LEAVING, [_LAST, moving(CommandName.ABANDON, _LEAVING)]),
    Race("cancel and complete", _LEAVING, [_LAST, None], _NO_MATTER),
    Race("cancel and advance", _CODING, [_WORK, None], _NO_MATTER),
    Race("cancel and abandon", _CODING, [_GIVE_UP, None], _NO_MATTER),
    Race("two rollbacks during a phase", _CODING, [back(_CODING)] * 2, profile="played"),
    Race("rollback and retry during a phase", _CODING, [back(_CODING), _AFRESH], _BOTH_MAY, profile="played"),
    Race("rollback and cancel during a phase", _CODING, [back(_CODING), None], _NO_MATTER, profile="played"),
]


@dataclass
class Raced:
    """What came of a race. ``lost`` are the refusals, each with its code and reason."""

    race: Race
    won: int
    lost: list[tuple[str, str]]
    kinds: list[EntryKind]


async def run(scene: Stage, builds: Builds, race: Race, turn: int) -> Raced:
    """Run one race on a build of its own, and check that its journal is the story of those who won, in some order."""
    play = await scene.start(f"race-{uuid4().hex[:12]}", profile=race.profile)
    await stand(play, race.stands)
    known = len(await play.journal())
    shots = [*race.shots[turn % len(race.shots) :], *race.shots[: turn % len(race.shots)]]
    commands = [command_of(shot, number) for number, shot in enumerate(shots)]
    async with asyncio.timeout(IN_TIME):
        answers = await asyncio.gather(
            *(shoot(builds, play, command, late=number * (turn % 4) * 0.1) for number, command in enumerate(commands))
        )
        if None in commands:
            await builds.result(play.request.build_id)
        entries = await play.journal()
    view = await play.status()

    assert verify(entries) == view.head
    assert fold(entries) == view.model_copy(update={"elapsed_time": fold(entries).elapsed_time})
    for command, answer in zip(commands, answers, strict=True):
        if command is not None:
            check(entries, known, command, answer)
    endings = [entry.kind for entry in entries if entry.kind in ENDS]
    assert len(endings) == view.ended
    if None in commands:
        assert endings
        async with asyncio.timeout(IN_TIME):
            while len(play.mirrored) < len(entries):
                await asyncio.sleep(0.01)
        assert play.mirrored == entries
    if not view.ended:
        await play.handle.terminate()
    won = sum(isinstance(answer, CommandReply) for answer in answers)
    assert won in race.winners, (race.name, answers)
    lost = [answer for answer in answers if isinstance(answer, tuple)]
    return Raced(race, won, lost, [entry.kind for entry in entries[known:]])


async def stand(play: Play, state: State) -> None:
    """Bring the build to ``state``, where it waits or works."""
    if state is State.ERROR:
        await play.advance(Role.Q_ASSISTANT, "discovery", {"verdict": "rejected"})
        return
    plan = {phase.value: GOOD[phase] for phase in (Phase.DISCOVERY, Phase.PLANNING)}
    await play.tell(
        CommandName.ADVANCE,
        role="q_assistant",
        completed_state="discovery",
        next_state="handoff_to_coder",
        result=plan,
    )
    if state is State.IMPLEMENTATION and play.request.profile == "script":
        await play.advance(Role.CODE_WRITER, "handoff_to_coder")
    if state is State.DEPLOYMENT:
        for role, phase in (
            (Role.CODE_WRITER, Phase.IMPLEMENTATION),
            (Role.TEST_AUDITOR, Phase.TESTING),
            (Role.VERIFICATION_OVERSEER, Phase.VERIFICATION),
        ):
            await play.advance(role, phase.value, GOOD[phase])
        await play.advance(Role.RELEASE_MANAGER, "handoff_to_releaser")
    await play.until(lambda view: view.current_state is state)


def command_of(shot: Shot, number: int) -> Command | None:
    """The command with a sender and a key of its own."""
    if shot is None:
        return None
    name, fields = shot
    sender = {"actor": {"id": f"racer-{number}"}, "command_id": uuid4().hex}
    return COMMANDS[name].model_validate(sender | fields)


async def shoot(
    builds: Builds, play: Play, command: Command | None, *, late: float = 0
) -> CommandReply | tuple[str, str] | None:
    """What the sender is told: the answer, or a refusal with its reason."""
    await asyncio.sleep(late)
    try:
        if command is None:
            await play.handle.cancel(reason="race")
            return None
        return await builds.send(play.request.build_id, command)
    except CommandRefused as refused:
        return refused.reason, refused.message
    except BuildEnded as ended:
        return ended.code, ended.message
    except RPCError as error:
        if command is None and error.status is RPCStatusCode.NOT_FOUND:
            return BuildEnded.code, error.message
        raise


def check(entries: list[Entry], known: int, command: Command, answer: CommandReply | tuple[str, str] | None) -> None:
    """A command that won is in the journal as the domain answers it there; one that lost has left no trace, and was
    refused for what was true at some moment of the race. Entries up to ``known`` were there before."""
    caused = [entry for entry in entries if entry.command_id == command.command_id]
    if isinstance(answer, CommandReply):
        assert not answer.duplicate
        assert answer.sequence == caused[-1].sequence
        before = Build(fold(entries[: caused[0].sequence - 1]))
        assert before.handle(command, caused[0].at) == caused
        return
    assert caused == []
    assert answer is not None
    assert len(answer[1]) > 10, answer
    moments = [Build(fold(entries[:upto])) for upto in range(known, len(entries) + 1)]
    assert answer[0] in {_refusal(moment, command, entries[-1]) for moment in moments}


def _refusal(build: Build, command: Command, last: Entry) -> str | None:
    try:
        build.check(command, last.at)
    except Refusal as refusal:
        return refusal.code.value
    return None
