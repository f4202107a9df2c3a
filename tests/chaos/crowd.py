"""People with a seeded hand: they start builds, keep so many in flight, and tell them what their tales say."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from temporalio.service import RPCError

from baton.domain.actors import Actor
from baton.domain.commands import (
    Abandon,
    Advance,
    Approve,
    Command,
    ExtendLimits,
    Pause,
    Refuse,
    RequestRetry,
    Resume,
    Rollback,
)
from baton.domain.parking import REWORK_STALLED
from baton.domain.requests import BuildRequest
from baton.domain.view import LIMIT_CODE, BuildView
from baton.domain.vocabulary import LimitName, Phase, Role, State, Status
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.reading import kept_view
from gateway.builds import Builds
from gateway.errors import BuildEnded, BuildNotFound, CommandRefused, NoWorker
from tests.chaos.player import REPORTS
from tests.chaos.tales import Act, Tale, tale

HAND = Actor(id="hand")
_OWNER = {
    State.DISCOVERY: Role.Q_ASSISTANT,
    State.PLANNING: Role.Q_ASSISTANT,
    State.DEPLOYMENT: Role.RELEASE_MANAGER,
}
_MOST_RESCUES = 6
_PAUSE_SECONDS = (1.0, 3.0)
_AT_ONCE = 60
"""For so many builds in flight the hand is as quick as that, for more of them slower: what is looked for is what breaks
when parts do, not how a machine of two cores stands twenty people a second.
"""
_AWAY = (NoWorker, RPCError, TimeoutError, OSError)


@dataclass
class Record:
    """What the hand knows of one build: what it was told, and what it then has to find in the journal."""

    tale: Tale
    carried_out: dict[str, int] = field(default_factory=dict)
    """Keys of commands that were answered, each with the number of its last entry."""
    refused: dict[str, str] = field(default_factory=dict)
    """Keys of commands that were refused, each with the reason."""
    left_parked: bool = False
    ended: bool = False


@dataclass
class Crowd:
    """All builds of a round."""

    builds: Builds
    engine: Engine
    seed: int
    records: list[Record] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    stopped: bool = False
    slowness: float = 1.0

    async def keep_going(self, most: int, in_flight: int) -> None:
        """Have ``in_flight`` builds going until ``most`` were started or it is ``stopped``; carry all to an end."""
        room = asyncio.Semaphore(in_flight)
        self.slowness = max(1.0, in_flight / _AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number in range(most):
                await room.acquire()
                if self.stopped:
                    return
                record = Record(tale(self.seed, number))
                self.records.append(record)
                group.create_task(self._carry(record)).add_done_callback(lambda _: room.release())

    async def _carry(self, record: Record) -> None:
        hand = Hand(self, record)
        await hand.start()
        while not await hand.look():
            await asyncio.sleep(self.slowness * hand.dice.uniform(*_PAUSE_SECONDS))


class Hand:
    """One person with one build."""

    def __init__(self, crowd: Crowd, record: Record) -> None:
        self._crowd = crowd
        self._builds = crowd.builds
        self._answered = 0
        self._record = record
        self._tale = record.tale
        self._deeds = list(record.tale.deeds)
        self._rescues = 0
        self._keys = 0
        self._cancelled = False
        self.dice = random.Random(f"hand {record.tale.build_id}")

    async def start(self) -> None:
        """Ask for the build until there is an answer."""
        asked = BuildRequest(
            build_id=self._tale.build_id,
            project_id="chaos",
            user_id="hand",
            title="A small thing",
            requirements="# A small thing",
            profile=self._tale.profile,
            metadata=self._tale.metadata,
        )
        while True:
            try:
                await self._builds.start(asked)
            except _AWAY:
                self._crowd.repeated += 1
                await asyncio.sleep(0.5)
            else:
                return

    async def look(self) -> bool:
        """Look at the build and do what is to be done; whether it needs nobody any more.

        It is SQL that is looked at, as pages and reports do: what is not written there is not seen by anybody.
        """
        try:
            view = await beside(kept_view, self._crowd.engine, self._tale.build_id)
        except StoreError:
            return False
        if view is None or view.head.sequence < self._answered:
            return False
        if view.ended:
            self._record.ended = True
            return True
        if self._cancelled:
            return False
        deed = next((deed for deed in self._deeds if deed.state is view.current_state), None)
        if deed is not None:
            self._deeds.remove(deed)
            await self._do(deed.act, view.current_state)
        elif view.status is Status.ERROR:
            return await self._rescue(view)
        elif view.status is Status.PAUSED:
            await self._send(Resume(**self._signed()))
        elif view.waiting_for is not None:
            await self._serve(view)
        return False

    async def _do(self, act: Act, here: State) -> None:
        match act:
            case Act.CANCEL:
                await self._cancel()
            case Act.RETRY:
                await self._retry(here)
            case Act.ROLLBACK:
                await self._go_back(self.dice.choice([Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION]), here)
            case Act.ABANDON:
                await self._send(Abandon(**self._signed(here), reason="not worth it"))
            case Act.PAUSE:
                await self._send(Pause(**self._signed(), reason="a moment"))

    async def _cancel(self) -> None:
        while True:
            try:
                await self._builds.cancel(self._tale.build_id, "not needed")
            except _AWAY:
                await asyncio.sleep(0.5)
            except (BuildEnded, BuildNotFound):
                return
            else:
                self._cancelled = True
                self._crowd.sent["cancel"] += 1
                return

    async def _rescue(self, view: BuildView) -> bool:
        if self._tale.stays_parked:
            self._record.left_parked = True
            return True
        self._rescues += 1
        here = view.current_state
        if self._rescues > _MOST_RESCUES:
            await self._send(Abandon(**self._signed(here), reason="no end to it"))
        elif view.parked is not None and view.parked.code.startswith(LIMIT_CODE):
            name = LimitName(view.parked.code.removeprefix(LIMIT_CODE))
            used = view.ledger.used(name, since=view.created_at, now=view.updated_at)
            await self._send(ExtendLimits(**self._signed(), limits={name: used + 10}))
            await self._retry(here)
        elif view.parked is not None and view.parked.code == REWORK_STALLED:
            await self._go_back(Phase.IMPLEMENTATION, here)
        else:
            await self._retry(here)
        return False

    async def _serve(self, view: BuildView) -> None:
        here = view.current_state
        assert view.waiting_for is not None
        if view.waiting_for.kind == "approval":
            if self._tale.refuses and not self._rescues:
                await self._send(Refuse(**self._signed(here), reason="not yet"))
            else:
                await self._send(Approve(**self._signed(here)))
        elif view.waiting_for.kind == "report":
            role = view.current_role or _OWNER.get(here, Role.Q_ASSISTANT)
            report = REPORTS.get(here.value, {})
            await self._send(Advance(**self._signed(), role=role, completed_state=here, result=report))

    async def _go_back(self, target: Phase, here: State) -> None:
        await self._send(Rollback(**self._signed(here), target_state=target, reason="second thoughts"))

    async def _retry(self, here: State) -> None:
        await self._send(RequestRetry(**self._signed(here), reason="once more"))

    def _signed(self, here: State | None = None) -> dict[str, Any]:
        """What every command has: its actor, a key of its own, and where it believes the build to be."""
        self._keys += 1
        signed = {"actor": HAND, "command_id": f"{self._tale.build_id}/{self._keys}"}
        return signed if here is None else signed | {"expected_state": here}

    async def _send(self, command: Command) -> None:
        """Send it, under one key, until there is an answer."""
        key = command.command_id
        assert key is not None
        while True:
            try:
                reply = await self._builds.send(self._tale.build_id, command)
            except _AWAY:
                self._crowd.repeated += 1
                await asyncio.sleep(0.5)
            except CommandRefused as refusal:
                self._record.refused[key] = refusal.reason
                return
            except (BuildEnded, BuildNotFound):
                return  # it may have been carried out as the last thing, or not at all
            else:
                self._record.carried_out[key] = self._answered = reply.sequence
                self._crowd.sent[command.name.value] += 1
                if self.dice.random() < 0.1:
                    self._crowd.sent["the same again"] += 1
                    await self._again(command)
                return

    async def _again(self, command: Command) -> None:
        """Somebody is not sure whether it was heard, and sends it once more."""
        try:
            await self._builds.send(self._tale.build_id, command)
        except (*_AWAY, CommandRefused, BuildEnded, BuildNotFound):
            return
