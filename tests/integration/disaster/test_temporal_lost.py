"""Temporal's database is lost, or restored from an older copy; and both databases are."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import State, Status
from baton.store.reading import journal
from gateway.errors import BuildNotFound
from gateway.mirroring.judging import Outcome
from tests.integration.disaster.house import house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_sql_still_tells_every_story_and_a_build_begins_anew_under_its_id(
    engine: Engine, database_url: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    home = tmp_path / "home"
    async with house(tmp_path / "temporal", home, environ) as made:
        with made.working(database_url):
            await made.complete("ended")
            await made.start("going")
            await made.carry("going", State.TESTING)
    shutil.rmtree(tmp_path / "temporal")

    async with house(tmp_path / "temporal", home, environ) as made:
        found = await made.verified(database_url)
        assert (found.checked, found.unverifiable, found.holds) == (2, 2, True)
        with pytest.raises(BuildNotFound):
            await made.builds.status("going")
        assert journal(engine, "ended")[-1].kind == "build_completed"
        told = len(journal(engine, "going"))
        with made.working(database_url):
            await made.complete("going")
        assert len(journal(engine, "going")) > told
        found = await made.verified(database_url)
        assert (found.matching, found.unverifiable, found.holds) == (1, 1, True)


async def test_an_older_copy_of_temporal_goes_on_from_where_it_was_and_sql_follows(
    engine: Engine, database_url: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    home, state, copy = tmp_path / "home", tmp_path / "temporal", tmp_path / "older"
    async with house(state, home, environ) as made:
        with made.working(database_url):
            await made.start("going")
            await made.carry("going", State.IMPLEMENTATION)
    shutil.copytree(state, copy)
    async with house(state, home, environ) as made:
        with made.working(database_url):
            await made.complete("forgotten")
            await made.carry("going", State.VERIFICATION)
    shutil.rmtree(state)
    shutil.copytree(copy, state)

    async with house(state, home, environ) as made:
        assert (await made.verified(database_url)).unverifiable == 1, "the build that the copy does not know"
        with made.working(database_url):
            assert (await made.builds.status("going")).current_state is State.IMPLEMENTATION
            await made.carry("going", State.COMPLETE)
            await made.builds.result("going")
            assert (await made.builds.status("going")).status is Status.COMPLETE
        found = await made.verified(database_url)
        assert (found.matching, found.unverifiable, found.drifted) == (1, 1, 0)
        assert Outcome.DRIFT not in {check.outcome for check in found.builds}
