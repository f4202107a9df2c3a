"""The rounds themselves: they go on, each build by itself; and ends in ways in which Baton ends none."""

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import CommandName, Status
from baton.store.mirror import Mirror
from gateway.builds import Builds
from gateway.errors import BuildEnded
from gateway.reconciling import listing
from gateway.reconciling import round as rounds
from gateway.reconciling.examining import Examining
from gateway.reconciling.round import Reconciler, reconciling
from tests.databases import away
from tests.integration.reconciling.conftest import House
from tests.integration.reconciling.failing import fail_next
from tests.workflow.stage import all_manual, message, stage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_rounds_go_on_when_the_database_was_away(house: House) -> None:
    play = await house.begin(advanced=1)
    await play.handle.terminate()
    with away(house.engine):
        going = reconciling(house.client, house.engine, every_seconds=0.1)
        await going.__aenter__()
        await asyncio.sleep(0.3)
    try:
        told = await house.until(play, lambda build: build.summary.completed_at is not None)
    finally:
        await going.__aexit__(None, None, None)

    assert told.summary.ended_outside is OutsideKind.TERMINATED


async def test_a_build_that_cannot_be_looked_at_keeps_no_other_from_it(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plays = [await house.begin(), await house.begin()]
    plays.sort(key=lambda play: house.told(play).summary.build_id)
    bad, good = plays
    for play in plays:
        await play.handle.terminate()
    examine = Examining.examine

    async def stumble(self: Examining, build_id: str) -> None:
        if build_id == bad.request.build_id:
            raise ValueError("a bug")
        await examine(self, build_id)

    monkeypatch.setattr(Examining, "examine", stumble)

    await house.rounds_until(good, lambda build: build.summary.completed_at is not None)

    assert house.told(bad).summary.completed_at is None
    assert f"build '{bad.request.build_id}' could not be compared with Temporal" in caplog.text


async def test_a_round_sees_what_is_on_every_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(rounds, "PAGE", 2)
    monkeypatch.setattr(rounds, "AT_ONCE", 2)
    examined: list[str] = []

    async def note(_: Examining, build_id: str) -> None:
        examined.append(build_id)

    ended = [await house.begin() for _ in range(3)]
    alive = [await house.begin() for _ in range(3)]
    for play in ended:
        await play.handle.terminate()
    monkeypatch.setattr(Examining, "examine", note)

    async with asyncio.timeout(20):
        while not {play.request.build_id for play in ended} <= set(examined):
            examined.clear()
            await house.reconciler.round()

    assert {play.request.build_id for play in alive}.isdisjoint(examined)
    assert len(examined) == len(ended)


async def test_a_build_that_sql_does_not_have_is_told_of_in_the_log_once(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rounds, "_LATE", timedelta(0))
    house.scene.profiles = {"script": all_manual()}
    play = await house.begin()
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM build_workflows")

    with caplog.at_level(logging.WARNING):
        async with asyncio.timeout(20):
            while play.request.build_id not in caplog.text:
                await house.reconciler.round()
                await asyncio.sleep(0.05)
        await house.reconciler.round()

    told = [one for one in caplog.messages if play.request.build_id in one]
    assert len(told) == 1
    assert f"python starter.py mirror rebuild --build {play.request.build_id}" in told[0]


async def test_a_workflow_that_failed_by_itself_is_told_as_such(engine: Engine, client: Client) -> None:
    write = JournalMirror(JournalWriter(Mirror(engine))).mirror_journal
    async with stage(client, all_manual(), mirror_journal=write) as scene:
        house = House(client, engine, scene, Reconciler(client, engine))
        play = await house.begin()
        scene.builds.clear()
    await play.handle.signal(CommandName.PAUSE, message(CommandName.PAUSE, "ada"))
    await fail_next(client, play.handle.id, "a bug of Temporal's own")

    told = await house.rounds_until(play, lambda build: build.summary.completed_at is not None)

    assert told.view.ended_outside is not None
    assert (told.summary.status, told.view.ended_outside.kind) == (Status.FAILED, OutsideKind.FAILED)
    assert "a bug of Temporal's own" in told.view.ended_outside.reason
    with pytest.raises(BuildEnded, match="failed in Temporal, without having been given up: bug: a bug of"):
        await Builds(client).require_open(play.request.build_id)
