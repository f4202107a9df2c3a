"""Builds on the real server and a real database: SQL tells the whole story, and tells it as the workflow does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowFailureError

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.domain.fold import fold
from baton.domain.journal import Entry, verify
from baton.domain.steps import PhaseOrder
from baton.domain.terms import ApprovalTerms, Terms
from baton.domain.vocabulary import CommandName, EntryKind, Phase, Role, State, Status
from baton.store.compare import differences
from baton.store.mirror import Mirror
from baton.store.reading import counts, events, get_build, handoffs
from tests.workflow.stage import FAILED_TESTS, Play, Stage, stage, terms

MANY = 12


@asynccontextmanager
async def mirrored(client: Client, engine: Engine, profile: Terms | None = None) -> AsyncIterator[Stage]:
    async with stage(
        client, profile, mirror_journal=JournalMirror(JournalWriter(Mirror(engine))).mirror_journal
    ) as scene:
        yield scene


@pytest.fixture
def name() -> str:
    """A build ID of the test's own: one server serves them all."""
    return f"relay-{uuid4().hex[:12]}"


async def same_story(engine: Engine, play: Play) -> list[Entry]:
    """The journal, after it was found the same in SQL."""
    entries = await play.journal()
    assert (verify(entries), fold(entries)) == ((await play.status()).head, await play.status())
    assert differences(engine, entries) == []
    return entries


async def test_a_happy_build_leaves_five_handoffs_and_twelve_events(client: Client, engine: Engine, name: str) -> None:
    async with mirrored(client, engine) as scene:
        play = await scene.start(name, metadata={"ticket": "SHOP-7"})
        await play.handle.result()
        await same_story(engine, play)

    roles = [Role.Q_ASSISTANT, Role.CODE_WRITER, Role.TEST_AUDITOR, Role.VERIFICATION_OVERSEER, Role.RELEASE_MANAGER]
    assert [(row.from_role, row.to_role) for row in handoffs(engine, name)] == list(
        zip(roles, [*roles[1:], None], strict=True)
    )
    told = events(engine, name)
    assert [row.sequence for row in told] == list(range(1, 13))
    assert (told[0].event_type, told[0].triggered_by) == (EntryKind.WORKFLOW_STARTED, "system")
    assert {"from_state", "to_state", "from_role", "to_role"} <= set(told[2].event_data)
    assert told[-1].event_type is EntryKind.BUILD_COMPLETED

    build = get_build(engine, name)
    assert build is not None
    summary = build.summary
    assert (summary.workflow_id, summary.project_id, summary.user_id) == (f"build-{name}", "shop", "ada")
    assert (summary.current_state, summary.status, summary.progress) == (State.COMPLETE, Status.COMPLETE, 100.0)
    assert summary.completed_at == summary.updated_at > summary.created_at
    assert build.first_run_id == play.handle.first_execution_run_id
    assert build.metadata["ticket"] == "SHOP-7"
    assert all(build.phases[phase] for phase in Phase)


async def test_each_rework_adds_its_rows(client: Client, engine: Engine, name: str) -> None:
    async with mirrored(client, engine) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS, FAILED_TESTS]
        play = await scene.start(name)
        await play.handle.result()
        await same_story(engine, play)

    # Back to the code writer and forward again, each time: two handoffs and three moves.
    assert counts(engine, name).handoffs == 5 + 2 * 2
    assert counts(engine, name).events == 12 + 2 * 3
    backward = [row for row in handoffs(engine, name) if row.to_state is State.IMPLEMENTATION]
    assert [row.from_role for row in backward].count(Role.TEST_AUDITOR) == 2


async def test_an_approval_is_told_with_who_gave_it(client: Client, engine: Engine, name: str) -> None:
    guarded = terms(approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("lead",))})
    async with mirrored(client, engine, guarded) as scene:
        play = await scene.start(name)
        await play.until(lambda view: view.pending_approval is not None)
        await play.tell(CommandName.REFUSE, who="lead", expected_state="handoff_to_releaser", reason="no changelog")
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="write one")
        await play.until(lambda view: view.pending_approval is not None)
        await play.tell(CommandName.APPROVE, who="lead", expected_state="handoff_to_releaser")
        await play.handle.result()
        entries = await same_story(engine, play)

    decided = (EntryKind.APPROVAL_REFUSED, EntryKind.APPROVAL_GRANTED)
    assert [(entry.kind, entry.actor.id) for entry in entries if entry.kind in decided] == [
        (EntryKind.APPROVAL_REFUSED, "lead"),
        (EntryKind.APPROVAL_GRANTED, "lead"),
    ]


async def test_a_cancelled_build_is_told_to_its_end(client: Client, engine: Engine, name: str) -> None:
    async def endless(_: PhaseOrder) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async with mirrored(client, engine) as scene:
        scene.script[Phase.TESTING] = [endless]
        play = await scene.start(name)
        await play.until(lambda view: view.current_state is State.TESTING)
        await play.handle.cancel(reason="wrong branch")
        with pytest.raises(WorkflowFailureError):
            await play.handle.result()
        await same_story(engine, play)

    build = get_build(engine, name)
    assert build is not None
    assert (build.summary.current_state, build.summary.status) == (State.CANCELLED, Status.CANCELLED)
    assert events(engine, name)[-1].event_type is EntryKind.BUILD_CANCELLED


async def test_many_builds_at_once_are_all_told_without_a_gap(client: Client, engine: Engine, name: str) -> None:
    async with mirrored(client, engine) as scene:
        plays = await asyncio.gather(*(scene.start(f"{name}-{number}") for number in range(MANY)))
        async with asyncio.timeout(90):
            await asyncio.gather(*(play.handle.result() for play in plays))
        for play in plays:
            await same_story(engine, play)
            assert [row.sequence for row in events(engine, play.request.build_id)] == list(range(1, 13))
