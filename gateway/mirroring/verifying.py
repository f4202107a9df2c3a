"""``mirror verify``: what SQL says of builds against Temporal's history of them, build by build, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import Engine
from temporalio.client import Client

from baton.contracts.names import workflow_id
from baton.store.beside import beside
from baton.store.proof.auditing import audit
from baton.store.proof.differing import RowDifference
from baton.store.proof.finding import Orphans, read_build, read_rows
from gateway.errors import HistoryBroken, HistoryUnreadable
from gateway.histories.journal import recorded_journal
from gateway.histories.standing import Standing
from gateway.mirroring.judging import BuildCheck, Outcome, judge
from gateway.mirroring.scope import Scope, builds_in

AT_ONCE = 8
"""How many builds are looked at side by side."""

_TRIES = 5
_PAUSE_SECONDS = 0.1
_MOST_DIFFERENCES = 20
"""How many differences of a build are kept when many builds are looked at."""

Done = Callable[[int, int], None]
"""Told how many of how many builds are done."""

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class Verification:
    """What came of it. ``builds`` are those with something to tell: what matches is counted only."""

    checked: int = 0
    matching: int = 0
    behind: int = 0
    drifted: int = 0
    unverifiable: int = 0
    unreadable: int = 0
    differences: int = 0
    builds: list[BuildCheck] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found that is not as it should be."""
        return not (self.drifted or self.unreadable)

    def add(self, check: BuildCheck, *, most: int | None = None) -> None:
        """Count ``check``; of its differences at most ``most`` are kept."""
        self.checked += 1
        self.matching += check.outcome is Outcome.MATCHES
        self.behind += check.behind > 0
        self.drifted += check.outcome is Outcome.DRIFT
        self.unverifiable += check.outcome is Outcome.UNVERIFIABLE
        self.unreadable += check.outcome is Outcome.UNREADABLE
        self.differences += len(check.differences)
        if check.outcome in (Outcome.DRIFT, Outcome.UNREADABLE):
            self.builds.append(replace(check, differences=check.differences[:most]))


async def verify(client: Client, engine: Engine, scope: Scope, *, done: Done | None = None) -> Verification:
    """Compare the builds of ``scope``. Nothing is changed, and no worker is needed. Raises RPCError and StoreError."""
    found = await builds_in(client, engine, scope)
    verification = Verification()
    most = None if scope.builds else _MOST_DIFFERENCES

    def take(check: BuildCheck) -> None:
        verification.add(check, most=most)
        if done is not None:
            done(verification.checked, len(found.builds))

    await side_by_side(found.builds, lambda build_id: check_build(client, engine, build_id), take)
    for rows in found.nameless:
        verification.add(await beside(check_nameless, engine, rows), most=most)
    verification.builds.sort(key=lambda check: check.build_id)
    return verification


async def check_build(client: Client, engine: Engine, build_id: str) -> BuildCheck:
    """One build. Raises RPCError and StoreError.

    The history is read before SQL, so SQL has all that the history says was written. What SQL has more than that, the
    history has by now, if it is true: so what differs counts when the history did not change meanwhile.
    """
    try:
        recorded = await recorded_journal(client, workflow_id(build_id))
        for _ in range(_TRIES):
            check = judge(build_id, recorded, await beside(read_build, engine, build_id))
            if check.outcome is not Outcome.DRIFT:
                break
            before, recorded = recorded, await recorded_journal(client, workflow_id(build_id))
            if recorded == before:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
    except (HistoryBroken, HistoryUnreadable) as error:
        return BuildCheck(build_id, Outcome.UNREADABLE, None, message=error.message)
    return check


def check_nameless(engine: Engine, rows: Orphans) -> BuildCheck:
    """Rows under a key of no build."""
    found: tuple[RowDifference, ...] = tuple(audit(read_rows(engine, rows.key)))
    return BuildCheck(f"(rows under {rows.key})", Outcome.DRIFT, Standing.MISSING, differences=found)


async def side_by_side(
    given: Iterable[Given], work: Callable[[Given], Awaitable[Made]], take: Callable[[Made], None]
) -> None:
    """Do ``work`` for each, a few at a time, and ``take`` what comes of it. The first error ends it all."""
    waiting = iter(given)

    async def go_on() -> None:
        for one in waiting:
            take(await work(one))

    tasks = [asyncio.create_task(go_on()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
