"""Builds whose entries rode to SQL with the orders of phases: what their histories tell, and whether it is in SQL."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.contracts.messages import MirrorBatch
from baton.domain.vocabulary import CommandName, Phase, State
from baton.store.mirror import Mirror
from baton.store.proof.finding import read_build
from baton.store.reading import journal
from gateway.histories.journal import recorded_journal
from gateway.mirroring.judging import Outcome, judge
from tests.workflow.cast import GOOD
from tests.workflow.stage import stage, terms

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_journal_that_rode_is_read_from_the_history_and_matches(client: Client, engine: Engine) -> None:
    mirror, name = Mirror(engine), f"rode-{uuid4().hex[:8]}"

    def takes_along(batch: MirrorBatch) -> None:
        mirror.write(batch)

    write = JournalMirror(JournalWriter(mirror)).mirror_journal
    async with stage(client, terms(beside=True), mirror_journal=write) as scene:
        scene.takes_along = takes_along
        play = await scene.start(name)
        await play.handle.result()

    recorded = await recorded_journal(client, play.handle.id)
    assert len(scene.aboard) == len(GOOD)
    assert (recorded.whole, recorded.acknowledged) == (True, recorded.entries[-1].sequence)
    assert tuple(journal(engine, name)) == recorded.entries
    assert judge(name, recorded, read_build(engine, name)).outcome is Outcome.MATCHES


async def test_entries_that_nobody_wrote_are_in_the_history_and_on_their_way(client: Client, engine: Engine) -> None:
    """The database is away; the build waits in the middle."""
    name = f"away-{uuid4().hex[:8]}"

    async with stage(client, terms(beside=True)) as scene:
        scene.mirror_is_away = True
        scene.script[Phase.TESTING] = [RuntimeError("broken"), RuntimeError("broken")]
        play = await scene.start(name)
        view = await play.until(lambda view: view.current_state is State.ERROR)
        recorded = await recorded_journal(client, play.handle.id)
        rode = {entry.sequence for batch in scene.aboard for entry in batch.entries}
        scene.mirror_is_away = False
        await play.tell(CommandName.ABANDON, expected_state="error", reason="enough")

    assert rode
    assert recorded.acknowledged == 0
    assert {entry.sequence for entry in recorded.entries} >= rode
    assert recorded.entries[-1].sequence <= view.head.sequence
