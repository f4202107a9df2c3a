"""A day in the life of many builds, in seconds: nobody looks at most of them, and every deadline is kept."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from baton.domain.fold import fold
from baton.domain.journal import Entry, verify
from baton.domain.steps import PhaseOrder
from baton.domain.terms import ApprovalTerms, Limits, OnDeadline, OnUnanswered, Terms
from baton.domain.vocabulary import CommandName, EntryKind, Phase, State, Status
from tests.workflow.conftest import time_skipping
from tests.workflow.stage import GOOD, Play, Stage, stage, terms

__all__ = ["time_skipping"]

HOUR = timedelta(hours=1)
LATE = timedelta(seconds=90)
"""How much later than its deadline something may be told: a workflow task waits for the clock of the test server."""
BUILDS, HOURS = 24, 24


def profiles() -> dict[str, Any]:
    """Approvals and questions with deadlines, and an allowance of time; what follows is different in each."""
    soon = ApprovalTerms(approvers=("lead",), deadline=5 * HOUR)
    return {
        "refused": terms(approvals={State.HANDOFF_TO_RELEASER: soon}),
        "approved": terms(
            approvals={State.HANDOFF_TO_CODER: soon.model_copy(update={"on_deadline": OnDeadline.APPROVE})}
        ),
        "parked": terms(answer_deadline=3 * HOUR),
        "assumed": terms(answer_deadline=7 * HOUR, on_unanswered=OnUnanswered.ASSUME),
        "limited": terms(limits=Limits(wall_clock=9 * HOUR), approvals={State.HANDOFF_TO_TESTER: ApprovalTerms()}),
        "long": terms(history_events=30, approvals={State.HANDOFF_TO_VERIFIER: soon}),
    }


async def test_a_day_passes_and_every_deadline_is_kept(time_skipping: WorkflowEnvironment) -> None:
    dice = random.Random("a day")
    async with stage(time_skipping.client) as scene:
        kinds = profiles()
        scene.profiles = kinds
        scene.script[Phase.DISCOVERY] = [_discovery] * 1000
        began = await time_skipping.get_current_time()
        plays = [
            await scene.start(f"day-{number}", profile=list(kinds)[number % len(kinds)]) for number in range(BUILDS)
        ]
        told: Counter[str] = Counter()
        for _ in range(HOURS):
            await time_skipping.sleep(HOUR)
            for play in dice.sample(plays, 2):
                told[await _somebody_looks(dice, play)] += 1
        assert await time_skipping.get_current_time() - began >= HOURS * HOUR
        assert told["moved"] >= 8, told
        seen: Counter[EntryKind] = Counter()
        for play in plays:
            seen += await _kept(play, scene)
    expected = (EntryKind.APPROVAL_EXPIRED, EntryKind.LIMIT_REACHED, EntryKind.QUESTION_ASKED, EntryKind.PHASE_FAILED)
    assert all(seen[kind] for kind in expected), seen


async def _discovery(order: PhaseOrder) -> dict[str, Any]:
    asks = order.request.profile in ("parked", "assumed") and not order.answers and order.run_in_phase == 1
    return {"questions": [{"id": "q1", "text": "which?"}]} if asks else GOOD[Phase.DISCOVERY]


async def _somebody_looks(dice: random.Random, play: Play) -> str:
    """One of those that were forgotten is found, and moved on as a person would."""
    view = await play.status()
    if view.ended:
        return "ended"
    here = {"expected_state": view.current_state}
    if view.status is Status.ERROR and view.parked is not None:
        if view.parked.code == "limit_wall_clock":
            hours = view.as_of(view.updated_at).elapsed_time / 3600 + dice.randint(16, 40)
            await play.tell(CommandName.EXTEND_LIMITS, limits={"wall_clock": hours * 3600})
        await play.tell(CommandName.REQUEST_RETRY, reason="go on", **here)
        return "moved"
    if view.pending_approval is not None:
        await play.tell(CommandName.APPROVE, who="lead", **here)
        return "moved"
    if view.open_questions:
        await play.tell(CommandName.ANSWER, question_id=view.open_questions[0].id, answer="this one")
        return "moved"
    return "let be"


async def _kept(play: Play, scene: Stage) -> Counter[EntryKind]:
    """Hold the journal against the clock; how many entries of each kind it has."""
    entries, view = scene.mirrored[play.request.build_id], await play.status()
    assert verify(entries) == view.head
    assert fold(entries).as_of(view.updated_at) == view.as_of(view.updated_at)
    assert view.status in (Status.COMPLETE, Status.ERROR, Status.WAITING)
    for due, at in _deadlines(entries, view.terms):
        assert timedelta(0) <= at - due <= LATE, f"{play.request.build_id}: due at {due}, told at {at}"
    failed = [
        event
        async for event in play.handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
    assert failed == []
    return Counter(entry.kind for entry in entries)


def _deadlines(entries: list[Entry], held_to: Terms) -> Iterator[tuple[datetime, datetime]]:
    """When something was due, and when the journal says that its time was up."""
    asked = entries[0].at
    for number, entry in enumerate(entries):
        match entry.kind:
            case EntryKind.APPROVAL_REQUESTED | EntryKind.QUESTION_ASKED:
                asked = entry.at
            case EntryKind.APPROVAL_EXPIRED:
                deadline = held_to.approvals[State(entry.data["state"])].deadline
                assert deadline is not None
                yield asked + deadline, entry.at
            case EntryKind.PHASE_FAILED:
                assert held_to.answer_deadline is not None
                yield asked + held_to.answer_deadline, entry.at
            case EntryKind.LIMIT_REACHED:
                allowed = fold(entries[:number]).limits.wall_clock
                assert allowed is not None
                yield entries[0].at + allowed, entry.at
