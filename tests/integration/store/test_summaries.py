"""Summaries change no number, go when what they tell of changes, and are made of builds that have ended."""

import asyncio
import logging
from dataclasses import asdict
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Double, Engine, bindparam, delete, func, select, text, update

from baton.contracts.messages import MirrorBatch
from baton.domain.commands import Abandon
from baton.domain.outside import OutsideEnd, OutsideKind
from baton.domain.vocabulary import Phase, State, Status
from baton.store import schema
from baton.store.browsing import count_by_status
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from baton.store.proof.mending import mend
from baton.store.reconciling import record_end, record_life
from baton.store.reports.asking import build_report, cost_report, project_report, role_report
from baton.store.summaries.spread import bin_of, bounds, spread_of
from baton.store.summaries.summarizing import summarize
from baton.store.summaries.tables import SummaryBuild
from baton.store.summaries.totals import SUMMARIES, TOTALS
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent
from gateway.worker.summaries import summarizing
from tests.integration.store.reports.wandering import builds
from tests.journals import ANNA, Story, happy, refused, request, reworked, undone


def summarized(engine: Engine) -> set[str]:
    """The builds whose rows say that they are; every summary is of one of them. All is seen at one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        found = dict(
            connection.execute(select(BuildWorkflow.id, BuildWorkflow.build_id).where(BuildWorkflow.summarized)).all()
        )
        for table in SUMMARIES:
            assert set(connection.scalars(select(table.__table__.c.workflow_id))) <= set(found)
        assert set(connection.scalars(select(SummaryBuild.workflow_id))) == set(found)
    return set(found.values())


def report(engine: Engine) -> list[Any]:
    """All figures; sums of fractions to so many digits."""
    return [
        *(_near(asdict(asked(engine))) for asked in (project_report, role_report, cost_report)),
        [_near(asdict(one)) for one in build_report(engine)],
        count_by_status(engine),
    ]


def _near(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _near(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_near(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def told(engine: Engine, *stories: Story) -> None:
    for story in stories:
        Mirror(engine).write(story.batch())


def test_summaries_change_no_number(engine: Engine) -> None:
    for build in builds(Random(11), 6):
        view = build.view
        names = {"build_id": view.build_id, "workflow_id": view.workflow_id, "first_run_id": view.first_run_id}
        Mirror(engine).write(MirrorBatch(**names, entries=tuple(build.entries)))
    told(engine, reworked("b-1"), undone("b-2"), happy("b-3").fork(Phase.TESTING, "b-4").until(State.COMPLETE))
    before = report(engine)

    assert summarize(engine, limit=3) == 3
    assert report(engine) == before
    while summarize(engine):
        pass
    assert report(engine) == before
    with engine.connect() as connection:
        open_builds = connection.scalar(select(func.count()).where(BuildWorkflow.completed_at.is_(None)))
        rows = [connection.scalar(select(func.count()).select_from(table)) for table in SUMMARIES]
    assert len(summarized(engine)) == 9 - (open_builds or 0)
    assert all(rows), "the builds of this seed are of too few kinds"


def test_builds_that_have_ended_are_summarized_once(engine: Engine) -> None:
    told(engine, happy("b-1"), Story.begin(request("b-2")).until(State.TESTING), refused("b-3"))

    assert summarize(engine) == 1
    assert summarize(engine) == 0
    assert summarized(engine) == {"b-1"}


def test_a_reset_takes_a_summary_back(engine: Engine) -> None:
    first = reworked("b-1")
    told(engine, first, happy("b-2"))
    summarize(engine)
    again = first.branch(6).until(State.COMPLETE)
    Mirror(engine).write(again.batch(7))

    assert summarized(engine) == {"b-2"}
    now = report(engine)
    assert now[0]["figures"]["rework_rounds"] == 0
    assert summarize(engine) == 1
    assert report(engine) == now


def test_an_end_outside_of_the_journal_and_its_taking_back_take_a_summary_back(engine: Engine) -> None:
    story = Story.begin(request("b-1")).until(State.TESTING)
    told(engine, story)
    end = OutsideEnd(kind=OutsideKind.TERMINATED, at=story.at, by="ops", reason="by hand")
    record_end(engine, "b-1", story.build.view.head, end)
    ended = report(engine)
    assert (summarize(engine), report(engine) == ended) == (1, True)
    assert count_by_status(engine) == {Status.FAILED: 1}

    record_life(engine, "b-1")
    assert summarized(engine) == set()
    assert count_by_status(engine) == {Status.IN_PROGRESS: 1}


def test_a_worker_that_knows_of_no_summaries_takes_one_back_all_the_same(engine: Engine) -> None:
    told(engine, happy("b-1"), happy("b-2"))
    summarize(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE build_workflows SET updated_at = updated_at WHERE build_id = 'b-2'"))
        connection.execute(text("UPDATE build_workflows SET head_hash = 'other' WHERE build_id = 'b-1'"))

    assert summarized(engine) == {"b-2"}


def test_rows_that_are_mended_are_summarized_anew(engine: Engine) -> None:
    story = happy("b-1")
    told(engine, story)
    right, kept = report(engine), damage(engine)
    summarize(engine)
    assert report(engine) != right

    assert mend(engine, "b-1", lambda _: story.entries).differences
    assert summarized(engine) == set()
    assert report(engine) == right
    assert damage(engine) == kept


def test_a_rebuild_makes_a_summary_anew_whose_build_is_right(engine: Engine) -> None:
    """As one that was made of rows that a command of the version before has mended since."""
    story = happy("b-1")
    told(engine, story)
    right, kept = report(engine), damage(engine)
    summarize(engine)
    with engine.begin() as connection:
        for key, data in kept.items():
            connection.execute(update(WorkflowEvent).where(WorkflowEvent.id == key).values(event_data=data))
    assert report(engine) != right

    assert mend(engine, "b-1", lambda _: story.entries).differences == []
    assert (summarize(engine), report(engine) == right) == (1, True)


def damage(engine: Engine) -> dict[UUID, dict[str, Any]]:
    """Empty the data of some entries by hand; what it was."""
    some = (WorkflowEvent.event_type == "state_advanced", WorkflowEvent.sequence > 5)
    with engine.begin() as connection:
        rows = connection.execute(select(WorkflowEvent.id, WorkflowEvent.event_data).where(*some)).all()
        connection.execute(update(WorkflowEvent).where(*some).values(event_data={}))
    return {row.id: row.event_data for row in rows}


async def test_a_worker_summarizes_what_has_ended_and_goes_on_after_a_failure(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "baton.worker")
    run(engine, "ALTER TABLE summary_waits RENAME TO elsewhere")
    told(engine, happy("b-1"))
    async with asyncio.timeout(240), summarizing(engine, every_seconds=0.01):
        while "builds are summarized later: the tables of" not in caplog.text:
            await asyncio.sleep(0.01)
        run(engine, "ALTER TABLE elsewhere RENAME TO summary_waits")
        while summarized(engine) != {"b-1"}:
            await asyncio.sleep(0.01)


def run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_build_that_goes_takes_its_summary_along_and_is_counted_no_more(engine: Engine) -> None:
    given_up = Story.begin(request("b-3"))
    given_up.tell(Abandon(actor=ANNA, reason="late", expected_state=State.DISCOVERY))
    told(engine, happy("b-1"), happy("b-2"), given_up)
    summarize(engine)
    assert count_by_status(engine) == {Status.COMPLETE: 2, Status.FAILED: 1}
    with engine.begin() as connection:
        connection.execute(delete(BuildWorkflow).where(BuildWorkflow.id.in_([build_key("b-1"), build_key("b-3")])))

    assert summarized(engine) == {"b-2"}
    assert count_by_status(engine) == {Status.COMPLETE: 1}
    assert count_by_status(engine, ["payments"]) == {Status.COMPLETE: 1}
    assert count_by_status(engine, []) == {}


def test_totals_begin_anew_when_a_table_is_emptied(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite empties a table row by row")
    told(engine, happy("b-1"))
    summarize(engine)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE build_workflows CASCADE"))
        assert [connection.scalar(select(func.count()).select_from(table)) for table in TOTALS] == [0] * len(TOTALS)


def test_durations_are_in_the_bin_that_says_so(engine: Engine) -> None:
    dice = Random(3)
    micros = [*range(1100), *(10**digits + step for digits in range(3, 15) for step in (-1, 0, 1))]
    micros += [int(10 ** dice.uniform(3, 14)) for _ in range(500)]
    durations = sorted(number / 1_000_000 for number in micros)
    asked = select(spread_of(bindparam("seconds", type_=Double)))
    with engine.connect() as connection:
        bins = [connection.scalar(asked, {"seconds": one}) for one in durations[::7]]

    assert bins == [bin_of(one) for one in durations[::7]]
    assert [bin_of(one) for one in durations] == sorted(map(bin_of, durations))
    for one in durations:
        least, greatest = bounds(bin_of(one))
        assert least <= one < greatest
        assert bin_of(least) == bin_of(one) != bin_of(greatest)
        assert greatest - least <= max(least / 40, 0.000_001) + 1e-9


def test_a_build_that_is_being_written_is_left_for_later(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    told(engine, happy("b-1"), happy("b-2"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE build_workflows SET run_id = 'r' WHERE build_id = 'b-1'"))
        assert summarize(engine) == 1
    assert summarize(engine) == 1


def test_a_trigger_that_is_missing_is_named(engine: Engine) -> None:
    on = " ON build_workflows" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER unsummarize{on}"))

    assert [str(one) for one in schema.check(engine)] == ["build_workflows: the trigger 'unsummarize' is missing"]


def test_the_tables_of_summaries_are_among_the_tables() -> None:
    assert {one.__tablename__ for one in (*SUMMARIES, *TOTALS)} <= set(Base.metadata.tables)
