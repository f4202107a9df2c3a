"""SQL is lost: restored from a backup, or from nothing but Temporal's histories."""

from pathlib import Path

from sqlalchemy import Engine

from baton.domain.vocabulary import State
from baton.store.engine import open_engine
from gateway.mirroring.repairing import Repairing
from gateway.mirroring.scope import Scope
from tests.integration.disaster.backups import back_up, restore
from tests.integration.disaster.house import House, house


async def _rebuilt(made: House, database_url: str) -> None:
    engine = open_engine(database_url)
    try:
        await Repairing(made.client, engine, rebuild=True).run(Scope())
    finally:
        engine.dispose()


async def test_a_backup_is_restored_and_made_whole_again(
    engine: Engine, database_url: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    copy = tmp_path / "copy"
    async with house(tmp_path / "temporal", tmp_path / "home", environ) as made:
        with made.working(database_url):
            await made.complete("before")
            await made.start("going")
            await made.carry("going", State.IMPLEMENTATION)
            back_up(database_url, copy)
            await made.complete("after")
            await made.carry("going", State.TESTING)
        engine.dispose()

        restore(database_url, copy)

        with made.working(database_url):
            await made.carry("going", State.COMPLETE)
            await made.builds.result("going")
        found = await made.verified(database_url)
        assert {check.build_id for check in found.builds} == {"after"}, "only what ended after the backup is gone"
        await _rebuilt(made, database_url)
        found = await made.verified(database_url)
        assert (found.holds, found.matching, found.behind) == (True, 3, 0)
