"""What a finding has to name so that it holds the work, and what tells findings from each other."""

from typing import Any

import pytest

from baton.domain.grounds import Grounds, criteria_of
from baton.domain.reports import Finding, Severity
from tests.unit.domain.driver import GOOD, Driver, make_terms

KNOWN = Grounds(criteria=frozenset({"AC-1"}))
BLANK: list[str | None] = [None, "", " ", "\n\t "]


def found(**fields: Any) -> Finding:
    return Finding(message="it does not add", **fields)


@pytest.mark.parametrize("grounds", [Grounds(), KNOWN], ids=["no criteria known", "criteria known"])
@pytest.mark.parametrize("criterion", BLANK)
@pytest.mark.parametrize("evidence", BLANK)
def test_blanks_are_no_grounds(evidence: str | None, criterion: str | None, grounds: Grounds) -> None:
    assert not grounds.holds(found(evidence=evidence, criterion=criterion))


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"evidence": "test_add"}, True),
        ({"evidence": " ruff:F401 "}, True),
        ({"criterion": "AC-1"}, True),
        ({"criterion": " AC-1"}, True),
        ({"criterion": "AC-2"}, False),
        ({"criterion": "ac-1"}, False),
        ({"criterion": "AC-2", "evidence": "test_add"}, True),
        ({"evidence": "test_add", "severity": "warning"}, False),
        ({"criterion": "AC-1", "severity": "style"}, False),
        ({"id": "AC-1"}, False),
        ({"path": "a.py", "line": 3}, False),
    ],
)
def test_a_finding_holds_by_a_criterion_that_there_is_or_by_what_was_executed(
    fields: dict[str, Any], held: bool
) -> None:
    assert KNOWN.holds(found(**fields)) is held


def test_where_nobody_has_reported_criteria_every_one_that_is_named_counts() -> None:
    assert Grounds().holds(found(criterion="AC-77"))


def test_under_the_rules_before_every_error_holds_and_no_warning_does() -> None:
    before = Grounds(opinions_count=True)
    assert before.holds(found())
    assert not before.holds(found(severity=Severity.WARNING, evidence="test_add"))


@pytest.mark.parametrize("opinions_count", [False, True])
def test_what_is_waived_holds_nothing_whatever_it_names(opinions_count: bool) -> None:
    grounds = Grounds(waived=frozenset({"dilution-1"}), opinions_count=opinions_count)
    assert not grounds.holds(found(id="dilution-1", evidence="test_old", criterion="AC-1", severity="error"))
    assert grounds.holds(found(id="dilution-2", evidence="test_old"))


def test_findings_are_told_apart_by_what_they_rest_on_not_by_their_words() -> None:
    marks = KNOWN.marks(
        [
            Finding(message="at 10:31: no", evidence="test_b"),
            Finding(message="at 10:32: no", evidence=" test_b "),
            Finding(message="no", evidence="test_a", criterion="AC-1", id="F-1"),
            Finding(message="no", evidence=" ", criterion="AC-1"),
        ]
    )
    assert marks == ["AC-1", "test_a", "test_b"]


def test_findings_that_hold_nothing_are_no_mark() -> None:
    noise = [Finding(message="ugly"), found(evidence="E501", severity="note"), found(criterion="AC-9")]
    assert KNOWN.marks(noise) == []


def test_under_the_rules_before_an_opinion_is_told_by_its_id_or_its_words() -> None:
    before = Grounds(opinions_count=True)
    assert before.marks([Finding(message="ugly"), Finding(id="F-1", message="slow")]) == ["F-1", "ugly"]


@pytest.mark.parametrize(
    ("discovery", "planning", "known"),
    [
        ({}, {}, set()),
        ({"output": {"acceptance_criteria": [{"id": "AC-1"}, {"id": "AC-2"}]}}, {}, {"AC-1", "AC-2"}),
        ({"acceptance_criteria": [{"id": "1"}]}, {"output": {"acceptance_criteria": [{"id": "2"}]}}, {"1", "2"}),
        ({"output": {"acceptance_criteria": ["it adds", {"id": 7}, {"text": "x"}, None]}}, {}, set()),
        ({"output": {"acceptance_criteria": {"id": "AC-1"}}}, {"acceptance_criteria": "AC-1"}, set()),
    ],
)
def test_the_criteria_are_those_that_discovery_and_planning_reported(
    discovery: dict[str, Any], planning: dict[str, Any], known: set[str]
) -> None:
    driver = Driver()
    driver.report(**discovery)
    driver.report(**planning)
    assert criteria_of(driver.view) == known


def test_the_grounds_of_a_build_follow_its_rules() -> None:
    assert Grounds.of(Driver().view) == Grounds()
    assert Grounds.of(Driver(make_terms(rules=1)).view) == Grounds(opinions_count=True)


def test_a_criterion_that_a_later_phase_makes_up_is_none() -> None:
    driver = Driver()
    driver.report(output={"acceptance_criteria": [{"id": "AC-1"}]})
    driver.until("implementation").report(output={"acceptance_criteria": [{"id": "AC-2"}]})
    driver.until("testing").report(
        **GOOD[driver.order.phase],
        acceptance_criteria=[{"id": "AC-2"}],
        findings=[{"message": "x", "criterion": "AC-2"}],
    )
    assert driver.state == "handoff_to_verifier"
