"""Findings by acceptance criterion, and what became of each."""

from datetime import UTC, datetime, timedelta

from baton.domain.vocabulary import Phase
from gateway.web.pages.build.course import course_of
from gateway.web.pages.build.criteria import Judgement, judgement
from tests.busy.reports import FAILED_TESTS, REPORTS
from tests.busy.tales import Tale, reworked, tale
from tests.journals import undone

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = NOW - timedelta(hours=2)


def judged(told: Tale) -> Judgement:
    return judgement(told.build.view, course_of(told.entries).told)


def stands(found: Judgement) -> dict[str, str]:
    return {one.id: one.stands for one in found.criteria}


def test_before_the_tests_no_criterion_is_proven() -> None:
    found = judged(tale("b-1", AT).phases(Phase.DISCOVERY))
    assert set(stands(found).values()) == {"unproven"}
    assert not found.tested


def test_what_was_found_against_a_criterion_is_open_until_a_later_round_finds_it_no_more() -> None:
    told = reworked("b-1", AT)
    found = judged(told)
    assert stands(found) == {"AC-1": "open", "AC-2": "proven", "AC-3": "open", "AC-4": "proven"}
    assert found.open == 3, "two of the role's, and the gate's own: that tests failed"
    told.phases(Phase.TESTING)
    found = judged(told)
    assert set(stands(found).values()) == {"proven"}
    assert found.open == 0
    assert [one.stands for criterion in found.criteria for one in criterion.found] == ["mended", "mended"]


def test_a_finding_that_comes_again_is_told_once() -> None:
    told = reworked("b-1", AT)
    told.phase(REPORTS[Phase.IMPLEMENTATION] | {"tree": "88cd02"})
    told.phase(FAILED_TESTS)
    first = judged(told).criteria[0]
    assert [(one.run, one.stands) for one in first.found] == [(2, "open")]


def test_a_warning_is_noted_and_holds_nothing() -> None:
    found = judged(tale("b-1", AT).phases(Phase.VERIFICATION))
    assert [(one.finding.id, one.stands) for one in found.others] == [("ruff-1", "noted")]
    assert found.open == 0


def test_a_waived_finding_says_so() -> None:
    told = undone()
    found = judgement(told.build.view, course_of(told.entries).told)
    assert "waived" in {one.stands for one in found.others}
