"""What is asked about some builds: the scope of the question, days and weeks, resets, nothing at all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from baton.domain.commands import Abandon
from baton.domain.vocabulary import Role, State
from baton.store.mirror import Mirror
from baton.store.reports.asking import build_report, cost_report, project_report, role_report, stats
from baton.store.reports.scope import EVERYTHING, Scope
from tests.journals import ANNA, BAD_TESTS, START, Story, happy, refused, request, reworked

WEEK = timedelta(days=7)


@pytest.fixture
def three_weeks(engine: Engine) -> Engine:
    """One build a week, each of a project of its own: complete; sent back once and complete; given up at once."""
    _told(engine, happy("b-1"))
    for number, project in enumerate(("ledger", "shop"), 1):
        story = Story.begin(request(f"b-{number + 1}", project_id=project), at=START + number * WEEK)
        if number == 1:
            story.until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)
        else:
            story.tell(Abandon(actor=ANNA, reason="too late", expected_state=State.DISCOVERY))
        _told(engine, story)
    return engine


def _told(engine: Engine, *stories: Story) -> None:
    for story in stories:
        Mirror(engine).write(story.batch())


def _builds(engine: Engine, scope: Scope) -> list[str]:
    return [build.build_id for build in build_report(engine, scope)]


def test_a_scope_begins_with_since_and_ends_before_until(three_weeks: Engine) -> None:
    assert _builds(three_weeks, EVERYTHING) == ["b-3", "b-2", "b-1"]
    assert _builds(three_weeks, Scope(since=START + WEEK)) == ["b-3", "b-2"]
    assert _builds(three_weeks, Scope(until=START + WEEK)) == ["b-1"]
    assert _builds(three_weeks, Scope(since=START, until=START + timedelta(microseconds=1))) == ["b-1"]
    assert [one.build_id for one in build_report(three_weeks, EVERYTHING, 2)] == ["b-3", "b-2"]


def test_a_reader_is_told_of_no_project_but_those_that_it_sees(three_weeks: Engine) -> None:
    everything = EVERYTHING.within(None)
    assert everything == EVERYTHING
    seen = EVERYTHING.within(["ledger", "payments"])
    assert _builds(three_weeks, seen) == ["b-2", "b-1"]
    assert _builds(three_weeks, Scope(frozenset(["ledger", "shop"])).within(["ledger", "payments"])) == ["b-2"]
    nothing = seen.within([])
    assert _builds(three_weeks, nothing) == []
    report = project_report(three_weeks, nothing)
    assert (report.figures.total, report.projects, report.rework, report.throughput, report.waits) == (
        0,
        [],
        [],
        [],
        [],
    )
    assert {one.stays for one in report.phases} == {one.stays for one in role_report(three_weeks, nothing).roles} == {0}
    assert cost_report(three_weeks, nothing).by_role == []
    assert [one.project_id for one in project_report(three_weeks, seen).projects] == ["ledger", "payments"]
    assert {one.name for one in cost_report(three_weeks, seen).by_role} == {role.value for role in Role}


def test_what_happened_is_counted_on_its_day_without_gaps(three_weeks: Engine) -> None:
    days = project_report(three_weeks).throughput

    assert (days[0].begins, days[-1].begins, len(days)) == (START.date(), (START + 2 * WEEK).date(), 15)
    happened = [(one.begins, one.started, one.completed, one.failed) for one in days if one.started or one.failed]
    assert happened == [
        (START.date(), 1, 1, 0),
        ((START + WEEK).date(), 1, 1, 0),
        ((START + 2 * WEEK).date(), 1, 0, 1),
    ]
    assert {one.days for one in days} == {1}


def test_a_long_time_is_counted_by_weeks_that_begin_on_monday(three_weeks: Engine) -> None:
    wanted = Scope(since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 4, 1, tzinfo=UTC))
    weeks = project_report(three_weeks, wanted).throughput

    assert (weeks[0].begins, weeks[-1].begins) == (date(2025, 12, 29), date(2026, 3, 30))
    assert {(one.begins.weekday(), one.days) for one in weeks} == {(0, 7)}
    assert sum(one.started for one in weeks) == 3


def test_builds_that_were_created_before_count_where_they_end(engine: Engine) -> None:
    story = Story.begin(request("b-1")).until(State.DEPLOYMENT)
    story.at += WEEK
    _told(engine, story.until(State.COMPLETE))

    (day,) = project_report(engine, Scope(since=story.at, until=story.at + timedelta(hours=1))).throughput
    assert (day.begins, day.started, day.completed) == (story.at.date(), 0, 1)


def test_what_a_reset_made_untrue_is_in_no_number(engine: Engine) -> None:
    first = reworked("b-1")
    again = first.branch(6).until(State.COMPLETE)
    _told(engine, first)
    before = (project_report(engine), role_report(engine), cost_report(engine), build_report(engine))
    Mirror(engine).write(again.batch(7))

    assert before[0].figures.rework_rounds == 1
    report = project_report(engine)
    assert (report.figures.first_pass_yield, report.figures.rework_rounds, report.rework) == (100.0, 0, [])
    assert report.figures.average_handoffs == 5
    assert [one.stays for one in report.phases] == [1] * 6
    assert report.figures.cost_usd == sum(one.cost_usd for one in cost_report(engine).by_role) == 1.5


def test_of_no_builds_nothing_is_said_rather_than_nought(engine: Engine) -> None:
    figures = stats(engine)

    assert (figures.total, figures.cost_usd, figures.tokens) == (0, 0.0, 0)
    unknown = (figures.success_rate, figures.average_duration, figures.p90_duration, figures.cost_per_completed)
    assert unknown == (None,) * 4
    assert figures.most_common_failure_point is None


def test_a_parked_build_is_under_way_and_says_where_it_failed(engine: Engine) -> None:
    _told(engine, refused("b-1"))
    figures = stats(engine)

    assert (figures.total, figures.in_progress, figures.error, figures.failed) == (1, 1, 1, 0)
    assert figures.success_rate is None
    assert figures.most_common_failure_point is State.HANDOFF_TO_RELEASER
    decision, approval = sorted(project_report(engine).waits, key=lambda one: one.waits - one.waiting_now)
    assert (decision.kind, decision.waiting_now, decision.p50_seconds) == ("decision", 1, None)
    assert (approval.kind, approval.waiting_now, approval.p50_seconds) == ("approval", 0, 1.0)
