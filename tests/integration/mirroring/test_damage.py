"""A database damaged by hand, in every way that comes to mind: each is named, and mended to the last byte."""

import pytest
from sqlalchemy import Engine, insert, select, update
from temporalio.client import Client

from baton.store.mirror import Mirror
from baton.store.proof.auditing import audit
from baton.store.proof.finding import build_ids, read_build
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent
from gateway.mirroring.auditing import audit_builds
from gateway.mirroring.repairing import Deed, Repairing
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import check_build, verify
from tests.integration.mirroring.damage import DAMAGES, OTHER, Damage
from tests.integration.mirroring.ground import Ground, dump
from tests.journals import happy

_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def filled(client: Client, engine: Engine, ground: Ground) -> Engine:
    """A database with some builds."""
    await Repairing(client, engine, rebuild=True).run(Scope((ground.happy, ground.reworked, ground.reset)))
    return engine


def _do(engine: Engine, damage: Damage, build_id: str) -> None:
    with engine.begin() as connection:
        damage.do(connection, build_id)


async def test_every_damage_is_named_and_mended(client: Client, filled: Engine, ground: Ground) -> None:
    build_id, before = ground.reworked, dump(filled)
    for name, damage in DAMAGES.items():
        _do(filled, damage, build_id)

        check = await check_build(client, filled, build_id)
        chain = [str(difference) for difference in audit(read_build(filled, build_id))]
        mended = await Repairing(client, filled).repair(build_id)

        told = [str(difference) for difference in check.differences]
        assert any(damage.by_history in line for line in told), (name, told[:5])
        assert not damage.by_chain or any(damage.by_chain in line for line in chain), (name, chain[:5])
        assert (mended.deed, mended.differences) == (Deed.MENDED, check.differences), name
        assert dump(filled) == before, name


async def test_a_row_of_a_reset_run_that_was_brought_back_is_set_aside_again(
    client: Client, filled: Engine, ground: Ground
) -> None:
    before = dump(filled)
    events = read_build(filled, ground.reset).events
    old = next(row for row in events if row["superseded"])
    now = next(row for row in events if not row["superseded"] and row["sequence"] == old["sequence"])
    with filled.begin() as connection:
        for row, superseded in ((now, True), (old, False)):
            of_row = update(WorkflowEvent).where(WorkflowEvent.id == row["id"])
            connection.execute(of_row.values(superseded=superseded))

    check = await check_build(client, filled, ground.reset)
    await Repairing(client, filled).repair(ground.reset)

    number = old["sequence"]
    assert [str(difference) for difference in check.differences] == [
        f"entry {number} ({now['event_type']}): superseded is True, not False",
        f"entry {number} ({old['event_type']}) is not in the journal",
    ]
    assert dump(filled) == before


@_SQLITE
async def test_what_matches_is_counted_and_what_drifts_is_told(client: Client, filled: Engine, ground: Ground) -> None:
    there = Scope((ground.happy, ground.reworked, ground.reset))
    whole = await verify(client, filled, there)
    _do(filled, DAMAGES["an entry deleted"], ground.happy)
    drifted = await verify(client, filled, there)

    assert (whole.holds, whole.checked, whole.matching, whole.builds) == (True, 3, 3, [])
    assert (drifted.holds, drifted.matching, drifted.drifted) == (False, 2, 1)
    assert [(check.build_id, len(check.differences)) for check in drifted.builds] == [(ground.happy, 1)]


@_SQLITE
async def test_a_build_that_temporal_does_not_have_is_counted_and_is_no_drift(
    client: Client, filled: Engine, ground: Ground
) -> None:
    Mirror(filled).write(happy("forgotten").batch())
    found = await verify(client, filled, Scope(("forgotten",)))
    _do(filled, DAMAGES["a build's column changed"], "forgotten")
    drifted = await verify(client, filled, Scope(("forgotten",)))
    mended = await Repairing(client, filled).repair("forgotten")
    again = await verify(client, filled, Scope(("forgotten",)))
    _do(filled, DAMAGES["an entry deleted"], "forgotten")
    left = await Repairing(client, filled).repair("forgotten")

    assert (found.holds, found.unverifiable, found.drifted) == (True, 1, 0)
    assert (drifted.holds, drifted.drifted, mended.deed, again.unverifiable) == (False, 1, Deed.MENDED, 1)
    assert (left.deed, "restore the rows" in left.message) == (Deed.LEFT, True)


@_SQLITE
async def test_a_phantom_is_named_and_removed_when_that_is_asked_for(
    client: Client, filled: Engine, ground: Ground
) -> None:
    before = dump(filled)
    table = Base.metadata.tables[BuildWorkflow.__tablename__]
    with filled.begin() as connection:
        row = dict(connection.execute(select(table).where(table.c.build_id == ground.happy)).mappings().one())
        connection.execute(insert(table), row | {"id": OTHER, "build_id": "phantom"})

    check = await check_build(client, filled, "phantom")
    audited = audit_builds(filled, Scope())
    kept = await Repairing(client, filled).repair("phantom")
    removed = await Repairing(client, filled, remove=True).repair("phantom")

    assert check.outcome.value == "drift"
    assert [one.build_id for one in audited.builds] == ["phantom"]
    assert "build 'phantom' has no journal" in [str(one) for one in audited.builds[0].differences]
    assert (kept.deed, removed.deed) == (Deed.LEFT, Deed.REMOVED)
    assert dump(filled) == before
    assert len(build_ids(filled)) == 3
