"""Rework that goes nowhere parks the build: the same findings, on the same tree."""

from typing import Any

import pytest

from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State
from tests.unit.domain.driver import GOOD, Driver, make_terms

FOUND = [{"message": "no", "evidence": "test_add"}]
BAD = {"tests_failed": 1, "test_coverage": 90, "findings": FOUND}
GONE = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}
PASSED = {"all_tests_passed": True, "test_coverage": 90}


def bad(*evidence: str) -> dict[str, Any]:
    return BAD | {"findings": [{"message": "no", "evidence": one} for one in evidence]}


def written(driver: Driver, **report: Any) -> Driver:
    """The code writer reports, and testing begins."""
    driver.until(State.IMPLEMENTATION).report(**report)
    return driver.until(State.TESTING)


def test_the_same_findings_on_the_same_tree_park_the_build() -> None:
    driver = written(Driver(), commit="c1", tree="t1")
    driver.report(**BAD, usage={"input_tokens": 7})
    written(driver, commit="c2", tree="t1").report(**BAD, usage={"input_tokens": 7})
    assert driver.kinds[-1] is EntryKind.PHASE_FAILED
    code, message, what_next = driver.parked
    assert code == "rework_stalled"
    assert message == (
        "testing failed: the findings are those of the last time, and nothing in the tree has changed: "
        "1 of the tests failed; no"
    )
    assert what_next.startswith("Rollback to an earlier phase with a reason that says how to mend it; or waive")
    assert "request-retry to perform testing again" in what_next
    assert (driver.view.ledger.rework_rounds, driver.view.ledger.tokens) == (1, 14)


@pytest.mark.parametrize(
    ("tree", "report"),
    [
        ("t2", BAD),
        ("t1", bad("test_sub")),
        ("t1", bad("test_add", "test_sub")),
        ("t1", PASSED | {"findings": FOUND}),
        ("t1", BAD | {"test_coverage": 10}),
    ],
    ids=["another tree", "another finding", "one more", "one less of the gate", "one more of the gate"],
)
def test_what_differs_goes_back_once_more(tree: str, report: dict[str, Any]) -> None:
    driver = written(Driver(), tree="t1")
    driver.report(**BAD)
    written(driver, tree=tree).report(**report)
    assert (driver.state, driver.view.ledger.rework_rounds) == (State.IMPLEMENTATION, 2)


@pytest.mark.parametrize(
    "noise",
    [
        [{"message": "at 10:32 it says no", "evidence": "test_add"}],
        [{"message": "no", "evidence": "test_add", "id": "F-9", "path": "a.py", "line": 9}],
        [*FOUND, {"message": "ugly"}],
        [*FOUND, {"message": "long", "severity": "style", "evidence": "ruff:E501"}],
        [*FOUND, *FOUND],
    ],
)
def test_other_words_and_other_opinions_do_not_make_it_go_on(noise: list[Any]) -> None:
    driver = written(Driver(), tree="t1")
    driver.report(**BAD)
    written(driver, tree="t1").report(**BAD | {"tests_failed": 3, "findings": noise})
    assert driver.parked[0] == "rework_stalled"


@pytest.mark.parametrize(
    ("first", "second"),
    [({}, {}), ({"tree": "t1"}, {"commit": "c2"}), ({"commit": "c1"}, {"commit": "c2"})],
    ids=["never told", "not of the new commit", "commits alone"],
)
def test_a_tree_that_nobody_knows_is_not_the_same(first: dict[str, str], second: dict[str, str]) -> None:
    driver = Driver(make_terms([Role.CODE_WRITER])).until(State.IMPLEMENTATION)
    driver.advance(result=first)
    driver.until(State.TESTING).report(**BAD)
    driver.until(State.IMPLEMENTATION).advance(result=second)
    driver.until(State.TESTING).report(**BAD)
    assert driver.state is State.IMPLEMENTATION


def test_the_tree_of_a_commit_that_came_without_one_is_unknown() -> None:
    driver = Driver(make_terms(Role)).until(State.IMPLEMENTATION)
    driver.advance(result={"commit": "c1", "tree": "t1"})
    assert (driver.view.commit, driver.view.tree) == ("c1", "t1")
    driver.until(State.TESTING).advance(result=BAD | {"commit": "c1"})
    assert (driver.view.commit, driver.view.tree) == ("c1", "t1")
    driver.advance(result={"commit": "c2"})
    assert (driver.view.commit, driver.view.tree) == ("c2", None)


def test_a_tree_that_the_auditor_tells_counts() -> None:
    driver = written(Driver(), tree="t1")
    driver.report(**BAD, tree="with-tests")
    written(driver, tree="t1").report(**BAD, tree="with-tests")
    assert driver.parked[0] == "rework_stalled"


def test_back_and_forth_between_two_trees_is_bounded_by_the_rounds() -> None:
    driver = Driver(make_terms(limits={"rework_rounds": 3}))
    for number in range(4):
        written(driver, tree=f"t{number % 2}").report(**BAD)
    assert driver.parked[0] == "limit_rework_rounds"


def stalled() -> Driver:
    driver = written(Driver(), tree="t1")
    driver.report(**BAD)
    written(driver, tree="t1").report(**BAD)
    assert driver.parked[0] == "rework_stalled"
    return driver


def test_a_retry_in_vain_parks_again_and_one_that_finds_it_mended_goes_on() -> None:
    driver = stalled()
    driver.retry("the network is back")
    assert driver.order.feedback is not None
    assert driver.order.feedback.reason == "the network is back"
    driver.report(**BAD)
    assert driver.parked[0] == "rework_stalled"
    assert driver.view.ledger.rework_rounds == 1
    driver.retry("really")
    driver.until(State.COMPLETE)


def test_a_retry_that_finds_something_else_goes_back() -> None:
    driver = stalled()
    driver.retry()
    driver.report(**bad("test_sub"))
    assert driver.state is State.IMPLEMENTATION


@pytest.mark.parametrize("target", ["planning", "implementation", "testing"])
def test_a_rollback_that_leads_to_the_same_tree_and_findings_parks_again(target: str) -> None:
    driver = stalled()
    driver.back(target)
    assert driver.view.tree is None
    if target != "testing":
        written(driver, tree="t1")
    driver.report(**BAD, tree="t1")
    assert driver.parked[0] == "rework_stalled"


@pytest.mark.parametrize("tree", ["t2", None])
def test_after_a_rollback_another_tree_goes_back_for_rework(tree: str | None) -> None:
    driver = stalled()
    driver.back("implementation")
    written(driver, **({} if tree is None else {"tree": tree})).report(**BAD)
    assert driver.state is State.IMPLEMENTATION


def test_a_waiver_and_a_retry_lead_out() -> None:
    driver = written(Driver(), tree="t1")
    driver.report(**PASSED, findings=[GONE])
    written(driver, tree="t1").report(**PASSED, findings=[GONE])
    assert driver.parked[0] == "rework_stalled"
    driver.send("waive", finding_id="dilution-1", reason="the export is gone too")
    assert driver.state == "error"
    driver.retry()
    driver.report(**PASSED, findings=[GONE])
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_a_release_that_fails_twice_in_the_same_way_does_not_go_round_for_ever() -> None:
    driver = Driver().until(State.DEPLOYMENT)
    driver.report(deployment_successful=False, findings=[{"message": "502", "evidence": "smoke-1"}])
    assert driver.state is State.VERIFICATION
    driver.until(State.DEPLOYMENT)
    driver.report(deployment_successful=False, findings=[{"message": "502 at 10:31", "evidence": "smoke-1"}])
    assert driver.parked[0] == "rework_stalled"
    driver.retry("the server is up")
    driver.until(State.COMPLETE)


def test_each_phase_remembers_its_own_rejection() -> None:
    finding = {"message": "no", "evidence": "same"}
    driver = written(Driver(), tree="t1")
    driver.report(**PASSED, findings=[finding])
    written(driver, tree="t1").report(**PASSED)
    driver.until(State.VERIFICATION).report(approved_for_deployment=True, findings=[finding])
    assert driver.state is State.IMPLEMENTATION
    assert {phase: rejection.tree for phase, rejection in driver.view.rejections.items()} == {
        "testing": "t1",
        "verification": "t1",
    }
    written(driver, tree="t1").report(**PASSED)
    driver.until(State.VERIFICATION).report(approved_for_deployment=True, findings=[finding])
    assert driver.parked[0] == "rework_stalled"


def test_a_plan_may_be_sent_back_again_since_it_is_not_in_the_tree() -> None:
    driver = Driver().until(State.IMPLEMENTATION)
    driver.report(verdict="rejected", tree="t0")
    driver.until(State.IMPLEMENTATION).report(verdict="rejected", tree="t0")
    assert (driver.state, driver.view.ledger.rework_rounds) == (State.PLANNING, 2)


def test_builds_that_opened_under_the_rules_before_go_round_until_their_limit() -> None:
    driver = Driver(make_terms(rules=1, limits={"rework_rounds": 2}))
    for _ in range(3):
        written(driver, tree="t1").report(**BAD)
    assert driver.parked[0] == "limit_rework_rounds"


def test_an_advance_by_hand_stalls_as_well() -> None:
    driver = Driver(make_terms(Role)).until(State.TESTING)
    driver.advance(result=BAD)
    driver.advance(result=GOOD[Phase.IMPLEMENTATION])  # the tree is that of before
    driver.until(State.TESTING).advance(result=BAD)
    assert driver.parked[0] == "rework_stalled"
    driver.refused(RefusalCode.PARKED, "advance", role="test_auditor", completed_state="testing", result=PASSED)
