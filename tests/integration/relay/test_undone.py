"""What is undone and waived, on the real server and in both databases."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import CommandName, EntryKind, Phase, State
from baton.store.compare import differences
from baton.store.mirror import Mirror
from baton.store.reading import events
from tests.workflow.stage import GOOD, stage, terms


async def test_a_build_that_undoes_stalls_and_is_waived_is_told_whole(client: Client, engine: Engine) -> None:
    name = f"undone-{uuid4().hex[:12]}"
    gone = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}

    async def endless(_: PhaseOrder) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    profile = terms(undone=[Phase.TESTING, Phase.DEPLOYMENT], waivers=("lead",))
    async with stage(
        client, profile, mirror_journal=JournalMirror(JournalWriter(Mirror(engine))).mirror_journal
    ) as scene:
        scene.script[Phase.DEPLOYMENT] = [endless]
        scene.undo_script = {
            Phase.DEPLOYMENT: [{"succeeded": False, "message": "403"}],
            Phase.TESTING: [{"succeeded": False, "message": "409"}],
        }
        play = await scene.start(name)
        await play.until(lambda view: view.current_state is State.DEPLOYMENT)
        await play.tell(CommandName.ROLLBACK, target_state="testing", expected_state="deployment", reason="wrong")
        await play.until(lambda view: view.parked is not None)
        await play.tell(CommandName.WAIVE, "lead", finding_id="compensation-deployment", reason="undone by hand")
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="undone by hand")
        await play.until(lambda view: view.parked is not None and "409" in view.parked.message)
        scene.script[Phase.TESTING] = [GOOD[Phase.TESTING] | {"findings": [gone], "tree": "7" * 40}] * 2
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="again")
        await play.until(lambda view: view.parked is not None and view.parked.code == "rework_stalled")
        await play.tell(CommandName.WAIVE, "lead", finding_id="dilution-1", reason="on request")
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="it is waived")
        await play.handle.result()
        entries, view = await play.journal(), await play.status()

    assert (verify(entries), fold(entries)) == (view.head, view)
    assert differences(engine, entries) == []
    told = [(row.event_type, row.triggered_by) for row in events(engine, name)]
    assert [kind for kind, _ in told].count(EntryKind.PHASE_COMPENSATED) == 3
    assert [who for kind, who in told if kind is EntryKind.FINDING_WAIVED] == ["lead", "lead"]
    assert [(order.phase, order.run) for order in scene.undo_orders] == [
        (Phase.DEPLOYMENT, 1),
        (Phase.TESTING, 1),
        (Phase.TESTING, 2),
    ]
