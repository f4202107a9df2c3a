"""An empty database is filled from Temporal's histories, with the rows that the workers wrote, and nobody is told."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.domain.vocabulary import Phase
from baton.store.mirror import Mirror
from baton.store.notices.subscriptions import add_subscription
from baton.store.proof.auditing import audit
from baton.store.proof.finding import build_ids, read_build, read_rows
from baton.store.tables import WebhookDelivery, WebhookSubscription
from baton.store.transactions import reading
from gateway.histories.journal import recorded_journal
from gateway.mirroring.repairing import Deed, Repairing
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import Verification, verify
from tests.integration.mirroring.ground import Ground, dump, reset_to_the_middle
from tests.workflow.stage import FAILED_TESTS, stage

_SECRET = "whsec_" + "a" * 32


def _subscribe(engine: Engine) -> None:
    """Somebody wants to be told of everything, and of the past, too."""
    add_subscription(engine, "ops", "https://ops.example/hook", secret=_SECRET, created_by="ada")
    with engine.begin() as connection:
        connection.execute(update(WebhookSubscription).values(created_at=datetime(2020, 1, 1, tzinfo=UTC)))


def _queued(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(WebhookDelivery)) or 0


async def test_a_rebuilt_database_has_the_rows_that_the_workers_wrote_and_nobody_is_told(
    client: Client, engine: Engine, ground: Ground
) -> None:
    _subscribe(engine)
    missing = await verify(client, engine, Scope(ground.builds))
    assert (missing.drifted, missing.checked) == (5, 5)

    rebuilt = await Repairing(client, engine, rebuild=True).run(Scope(ground.builds))
    again = await Repairing(client, engine, rebuild=True).run(Scope(ground.builds))

    assert (rebuilt.mended, rebuilt.left) == (5, 0)
    assert (again.mended, again.rows) == (0, 0)
    assert dump(engine) == ground.rows
    assert _queued(engine) == 0
    assert len((await recorded_journal(client, f"build-{ground.continued}")).run_ids) > 1
    assert any(event[-1] for event in ground.rows["workflow_events"]), "the reset left nothing superseded"
    assert (await verify(client, engine, Scope(ground.builds))).matching == 5
    assert [difference for key, _ in build_ids(engine) for difference in audit(read_rows(engine, key))] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_builds_go_on_while_they_are_verified_and_rebuilt_and_are_told_of_once(
    client: Client, engine: Engine
) -> None:
    _subscribe(engine)
    names = tuple(f"busy-{uuid4().hex[:8]}" for _ in range(3))
    seen: list[Verification] = []
    async with stage(client, mirror_journal=JournalMirror(JournalWriter(Mirror(engine))).mirror_journal) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS] * 3
        plays = await asyncio.gather(*(scene.start(name) for name in names))
        ended = asyncio.gather(*(play.handle.result() for play in plays))
        while not ended.done():
            seen.append(await verify(client, engine, Scope(names)))
            await Repairing(client, engine, rebuild=True).run(Scope(names))
            await asyncio.sleep(0.3)
        await ended
    last = await verify(client, engine, Scope(names))

    assert seen
    assert [str(one) for check in seen for build in check.builds for one in build.differences] == []
    assert (last.matching, last.behind) == (3, 0)
    assert _queued(engine) == sum(len(read_build(engine, name).events) for name in names)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_build_that_was_reset_and_has_said_nothing_since_is_drift_that_can_be_mended(
    client: Client, engine: Engine
) -> None:
    name = f"stalled-{uuid4().hex[:8]}"
    async with stage(client, mirror_journal=JournalMirror(JournalWriter(Mirror(engine))).mirror_journal) as scene:
        play = await scene.start(name)
        await play.handle.result()
    await reset_to_the_middle(client, play.handle.id)

    found = await verify(client, engine, Scope((name,)))
    mended = await Repairing(client, engine).repair(name)

    assert (found.drifted, found.builds[0].standing) == (1, "running")
    assert mended.deed is Deed.MENDED
    recorded = await recorded_journal(client, play.handle.id)
    stored = read_build(engine, name)
    assert stored.build is not None
    assert stored.build["head_sequence"] == len(recorded.entries) < 12
    assert len(stored.events) == 12
    assert (await verify(client, engine, Scope((name,)))).matching == 1
    await client.get_workflow_handle(play.handle.id).terminate()
