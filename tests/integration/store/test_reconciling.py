"""Ends outside of a journal, as rows tell them: beside the journal, in lists, reports and notices, until it goes on."""

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, text

from baton.domain.journal import Head
from baton.domain.notices import SideKind
from baton.domain.outside import OutsideEnd, OutsideKind
from baton.domain.vocabulary import EntryKind, State
from baton.store import schema
from baton.store.browsing import waiting_lines
from baton.store.compare import differences
from baton.store.mirror import Mirror
from baton.store.proof.auditing import audit
from baton.store.proof.finding import read_build
from baton.store.reading import get_build
from baton.store.reconciling import believed, in_progress, record_end, record_life
from baton.store.records import BuildDetail
from baton.store.reports.asking import build_report, project_report
from baton.store.reports.scope import EVERYTHING
from baton.store.views import STAYS, WAITS
from tests.integration.store.notices.conftest import queued, subscribe
from tests.integration.store.test_migrations import go, rows
from tests.journals import Story, happy, refused, request

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def story(engine: Engine) -> Story:
    """A build that waits in testing for a report by hand, and one that is complete."""
    told = Story.begin(request("b-1"), approvals={}).until(State.TESTING)
    for one in (told, happy("b-2")):
        Mirror(engine).write(one.batch())
    return told


@pytest.fixture
def parked(engine: Engine) -> Story:
    """A build that waits for a decision."""
    told = refused("b-3")
    Mirror(engine).write(told.batch())
    return told


def _end(story: Story, kind: OutsideKind = OutsideKind.TERMINATED) -> OutsideEnd:
    return OutsideEnd(kind=kind, at=story.at + A_MINUTE, by="ops@console", reason="wrong branch")


def _head(story: Story) -> Head:
    return story.entries[-1].head


def _told(engine: Engine, build_id: str) -> BuildDetail:
    found = get_build(engine, build_id)
    assert found is not None
    return found


def test_what_sql_believes_is_told_page_by_page(engine: Engine, story: Story, parked: Story) -> None:
    first = in_progress(engine, limit=1)
    others = in_progress(engine, after=first[0].key, limit=10)

    assert {one.build_id for one in [*first, *others]} == {"b-1", "b-3"}
    assert believed(engine, ["b-1", "b-2", "b-9"]).keys() == {"b-1", "b-2"}
    known = believed(engine, ["b-2"])["b-2"]
    assert (known.ended, known.outside, known.run_id) == (True, False, "run-1")


@pytest.mark.parametrize("kind", OutsideKind)
def test_an_end_stands_beside_the_journal(engine: Engine, story: Story, kind: OutsideKind) -> None:
    end = _end(story, kind)

    assert record_end(engine, "b-1", _head(story), end) == []

    told = _told(engine, "b-1")
    assert told.view.ended_outside == end
    assert (told.summary.status, told.summary.ended_outside) == (kind.status, kind)
    assert (told.summary.current_state, told.summary.current_role) == (State.TESTING, None)
    assert told.summary.completed_at == end.at
    assert told.head == _head(story)
    assert differences(engine, story.entries) == []
    assert audit(read_build(engine, "b-1")) == []
    assert [one.build_id for one in in_progress(engine, limit=10)] == []


def test_an_end_is_written_for_what_was_seen_alone_and_once(engine: Engine, story: Story) -> None:
    seen = _head(story)
    Mirror(engine).write(story.step().batch(len(story.entries)))

    assert record_end(engine, "b-1", seen, _end(story)) is None
    assert record_end(engine, "b-2", _head(happy("b-2")), _end(story)) is None
    assert record_end(engine, "b-9", seen, _end(story)) is None
    assert record_end(engine, "b-1", _head(story), _end(story)) is not None
    assert record_end(engine, "b-1", _head(story), _end(story, OutsideKind.DELETED)) is None
    assert _told(engine, "b-1").summary.ended_outside is OutsideKind.TERMINATED


def test_what_goes_on_has_not_ended(engine: Engine, story: Story) -> None:
    before = _told(engine, "b-1")
    record_end(engine, "b-1", _head(story), _end(story))

    assert record_life(engine, "b-1", "run-2")
    assert not record_life(engine, "b-1", "run-2")
    assert _told(engine, "b-1") == before
    assert believed(engine, ["b-1"])["b-1"].run_id == "run-2"
    assert not record_life(engine, "b-9")


def test_the_next_entry_says_that_it_has_not_ended(engine: Engine, story: Story) -> None:
    record_end(engine, "b-1", _head(story), _end(story))
    Mirror(engine).write(story.step().batch(len(story.entries)))

    assert _told(engine, "b-1").summary.ended_outside is None
    assert differences(engine, story.entries) == []


def test_nobody_is_waited_for_and_reports_say_what_became_of_it(engine: Engine, story: Story, parked: Story) -> None:
    assert [line.build.build_id for line in waiting_lines(engine)[0]] == ["b-3"]
    record_end(engine, "b-1", _head(story), _end(story))
    record_end(engine, "b-3", _head(parked), _end(parked, OutsideKind.DELETED))

    assert waiting_lines(engine) == ([], False)
    report = project_report(engine, EVERYTHING)
    figures = report.figures
    assert (figures.total, figures.completed, figures.in_progress, figures.failed) == (3, 1, 0, 2)
    assert figures.success_rate == pytest.approx(100 / 3)
    assert sum(day.failed for day in report.throughput) == 2
    assert {one.kind: (one.waiting_now, one.total_seconds) for one in report.waits}["decision"] == (0, 60)
    by_id = {one.build_id: one for one in build_report(engine, EVERYTHING)}
    assert (by_id["b-1"].ended_outside, by_id["b-1"].failed_in) == (OutsideKind.TERMINATED, State.TESTING)
    assert by_id["b-3"].ended_outside is OutsideKind.DELETED
    assert by_id["b-3"].failed_in is not State.ERROR
    with engine.connect() as connection:
        stays = connection.execute(STAYS.select().where(STAYS.c.build_id == "b-1").order_by(STAYS.c.number)).all()
        waits = connection.execute(WAITS.select().where(WAITS.c.build_id == "b-3")).all()
    assert (stays[-1].left_at, stays[-1].ended_by, stays[-1].code) == (
        _end(story).at,
        "ended_outside",
        "terminated",
    )
    assert [one.ended_by for one in stays[:-1]] == ["forward"] * (len(stays) - 1)
    assert (waits[-1].ended_by, waits[-1].ended_at) == ("ended_outside", _end(parked).at)


def test_subscribers_are_told_of_an_end_once_and_not_of_one_that_is_no_more(engine: Engine) -> None:
    story = Story.begin(request("b-1")).until(State.TESTING)
    everything = subscribe(engine, "everything")
    subscribe(engine, "entries", [EntryKind.PHASE_FAILED])
    subscribe(engine, "elsewhere", project_id="elsewhere")
    Mirror(engine).write(story.batch())
    entries = len(queued(engine))
    queues = record_end(engine, "b-1", _head(story), _end(story))

    assert queues is not None
    assert [one.subscription for one in queues] == ["everything"]
    told = queued(engine)[-1]
    assert (len(queued(engine)), told.event_type) == (entries + 1, SideKind.ENDED_OUTSIDE)
    assert told.subscription_id == everything.id
    assert told.body["type"] == "build.ended_outside"
    data = told.body["data"]
    assert (data["status"], data["waiting_for"], data["sequence"]) == ("failed", None, len(story.entries))
    assert data["message"].endswith(
        "has ended in testing. Its workflow was terminated in Temporal by ops@console: wrong branch."
    )
    assert data["entry"]["reason"] == "wrong branch"
    record_life(engine, "b-1")
    assert len(queued(engine)) == entries


def test_a_downgrade_tells_builds_as_their_journals_left_them(engine: Engine, parked: Story) -> None:
    before = rows(engine)
    record_end(engine, "b-3", _head(parked), _end(parked))
    go(engine, command.downgrade, "0005")
    go(engine, command.upgrade, "head")

    assert rows(engine) == before
    assert schema.check(engine) == []


def test_an_end_that_makes_no_sense_is_drift(engine: Engine, story: Story) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE build_workflows SET status = 'failed' WHERE build_id = 'b-1'"))

    assert [(one.column, one.found) for one in differences(engine, story.entries)] == [("status", "failed")]
