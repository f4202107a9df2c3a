"""An empty database is filled from Temporal's histories, with the rows that the workers wrote."""

from sqlalchemy import Engine
from temporalio.client import Client

from baton.store.proof.auditing import audit
from baton.store.proof.finding import build_ids, read_rows
from gateway.histories.journal import recorded_journal
from gateway.mirroring.repairing import Repairing
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import verify
from tests.integration.mirroring.ground import Ground, dump


async def test_a_rebuilt_database_has_the_rows_that_the_workers_wrote(
    client: Client, engine: Engine, ground: Ground
) -> None:
    missing = await verify(client, engine, Scope(ground.builds))
    assert (missing.drifted, missing.checked) == (5, 5)

    rebuilt = await Repairing(client, engine, rebuild=True).run(Scope(ground.builds))

    assert (rebuilt.mended, rebuilt.left) == (5, 0)
    assert dump(engine) == ground.rows
    assert len((await recorded_journal(client, f"build-{ground.continued}")).run_ids) > 1
    assert any(event[-1] for event in ground.rows["workflow_events"]), "the reset left nothing superseded"
    assert (await verify(client, engine, Scope(ground.builds))).matching == 5
    assert [difference for key, _ in build_ids(engine) for difference in audit(read_rows(engine, key))] == []
