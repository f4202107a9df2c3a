"""``waive``: what can be waived, by whom, and what it changes."""

from typing import Any

import pytest

from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State
from tests.unit.domain.driver import AGENT, GOOD, Driver, make_terms

GONE = {"id": "dilution-test-deleted:test_old", "message": "test_old is gone", "evidence": "test_old"}
PASSED = {"all_tests_passed": True, "test_coverage": 90}


def diluted(*findings: Any, **terms: Any) -> Driver:
    """In implementation again, because a test is gone."""
    driver = Driver(make_terms(**terms)).until(State.TESTING)
    driver.report(**PASSED, findings=list(findings) or [GONE])
    assert driver.state is State.IMPLEMENTATION
    return driver


def waive(driver: Driver, finding: str = GONE["id"], **message: Any) -> None:
    driver.send("waive", finding_id=finding, reason="the export is gone too", **message)


def test_a_waived_finding_holds_nothing_from_now_on() -> None:
    driver = diluted()
    (entry,) = driver.send("waive", finding_id=GONE["id"], reason="the export is gone too")
    assert (entry.kind, entry.actor.id) == (EntryKind.FINDING_WAIVED, "lead")
    assert entry.data == {"finding_id": GONE["id"], "message": "test_old is gone", "reason": "the export is gone too"}
    (waiver,) = driver.view.waivers
    assert (waiver.finding_id, waiver.by, waiver.at, waiver.reason) == (
        GONE["id"],
        "lead",
        driver.now,
        "the export is gone too",
    )
    assert driver.state == "implementation"
    assert driver.order.waived == (GONE["id"],)
    driver.until(State.TESTING).report(**PASSED, findings=[GONE])
    assert driver.state is State.HANDOFF_TO_VERIFIER


@pytest.mark.parametrize("severity", ["error", "high", "critical", "no such word"])
@pytest.mark.parametrize("phase", [Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT])
def test_a_waived_finding_may_come_back_as_grave_as_it_likes(phase: Phase, severity: str) -> None:
    driver = diluted()
    waive(driver)
    back = GONE | {"severity": severity, "criterion": "AC-1", "message": "it is still gone!"}
    driver.until(phase.state).report(**GOOD[phase], findings=[back])
    assert driver.state not in (State.IMPLEMENTATION, State.VERIFICATION, State.ERROR)


def test_a_waiver_lasts_through_rework_and_rollback() -> None:
    driver = diluted()
    waive(driver)
    driver.until(State.TESTING).report(**PASSED, findings=[GONE, {"message": "no", "evidence": "test_new"}])
    assert driver.state == "implementation"
    driver.back("discovery")
    assert driver.order.waived == (GONE["id"],)
    driver.until(State.TESTING).report(**PASSED, findings=[GONE])
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_a_waiver_does_not_carry_what_else_is_wrong() -> None:
    driver = diluted()
    waive(driver)
    driver.until(State.TESTING).report(tests_failed=1, findings=[GONE])
    assert driver.state is State.IMPLEMENTATION
    assert driver.view.feedback is not None
    assert "test_old" not in driver.view.feedback.reason


def test_a_waiver_of_one_finding_is_none_of_another() -> None:
    other = GONE | {"id": "dilution-skipped:test_new", "message": "test_new is skipped", "evidence": "test_new"}
    driver = diluted(GONE, other)
    waive(driver)
    assert driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id=GONE["id"], reason="again").endswith(
        "there are: dilution-skipped:test_new"
    )
    driver.until(State.TESTING).report(**PASSED, findings=[GONE, other])
    assert driver.state is State.IMPLEMENTATION


def test_nothing_is_waived_twice() -> None:
    driver = diluted()
    waive(driver)
    message = driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id=GONE["id"], reason="again")
    assert message == f"there is no finding {GONE['id']!r} that can be waived; there are: none"
    assert len(driver.view.waivers) == 1


def test_the_same_command_twice_is_one_waiver() -> None:
    driver = diluted()
    waive(driver, command_id="k-1")
    waive(driver, command_id="k-1")
    assert len(driver.view.waivers) == 1


@pytest.mark.parametrize("findings", [[GONE, GONE], [GONE, GONE | {"message": "again"}]])
def test_a_finding_told_twice_is_one(findings: list[Any]) -> None:
    driver = diluted(*findings)
    message = driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id="dilution-", reason="all")
    assert message.endswith(f"there are: {GONE['id']}")


@pytest.mark.parametrize("finding", ["F-1", "gate-tests_failed", "gate-test_coverage", "", "compensation-deployment"])
def test_only_weakened_checks_can_be_waived(finding: str) -> None:
    driver = Driver().until(State.TESTING)
    driver.report(tests_failed=1, findings=[{"id": "F-1", "message": "no", "evidence": "test_add"}])
    code = RefusalCode.NO_SUCH_FINDING if finding else RefusalCode.MALFORMED
    driver.refused(code, "waive", finding_id=finding, reason="let it pass")


def test_a_compensation_that_a_role_only_speaks_of_cannot_be_waived() -> None:
    driver = diluted(GONE, {"id": "compensation-deployment", "message": "trust me", "evidence": "x"})
    driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id="compensation-deployment", reason="let it pass")


@pytest.mark.parametrize("kind", ["agent", "role", "system"])
@pytest.mark.parametrize("waivers", [(), ("agent-7", "lead")])
def test_only_a_person_waives(kind: str, waivers: tuple[str, ...]) -> None:
    driver = diluted(waivers=waivers)
    message = driver.refused(
        RefusalCode.NOT_AN_APPROVER, "waive", finding_id=GONE["id"], reason="mine", actor=AGENT | {"kind": kind}
    )
    assert message == f"a finding is waived by a person, not by {kind}"


def test_where_waivers_are_named_nobody_else_waives() -> None:
    driver = diluted(waivers=("grace", "owner"))
    message = driver.refused(RefusalCode.NOT_AN_APPROVER, "waive", finding_id=GONE["id"], reason="mine")
    assert message == "'lead' may not waive findings; grace or owner may"
    waive(driver, actor={"kind": "person", "id": "owner"})
    assert [waiver.by for waiver in driver.view.waivers] == ["owner"]


def test_a_blank_reason_waives_nothing() -> None:
    diluted().refused(RefusalCode.MALFORMED, "waive", finding_id=GONE["id"], reason="  ")


@pytest.mark.parametrize("stop", ["paused", "parked", "complete"])
def test_a_build_that_stands_still_takes_a_waiver_and_one_that_has_ended_does_not(stop: str) -> None:
    driver = diluted()
    if stop == "paused":
        driver.send("pause")
    elif stop == "parked":
        driver.fail()
    else:
        driver.until(State.COMPLETE)
        driver.refused(RefusalCode.ALREADY_ENDED, "waive", finding_id=GONE["id"], reason="late")
        return
    waive(driver)
    assert len(driver.view.waivers) == 1


def test_a_waiver_frees_a_build_that_was_opened_under_the_rules_before() -> None:
    driver = diluted(rules=1)
    waive(driver)
    driver.until(State.TESTING).report(**PASSED, findings=[GONE])
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_a_finding_of_an_earlier_run_that_has_gone_can_no_longer_be_waived() -> None:
    driver = diluted()
    driver.until(State.TESTING).report(tests_failed=1)
    driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id=GONE["id"], reason="late")


def test_a_role_played_by_hand_may_be_waived_too() -> None:
    driver = Driver(make_terms(Role)).until(State.TESTING)
    driver.advance(result=PASSED | {"findings": [GONE]})
    waive(driver)
    driver.until(State.TESTING).advance(result=PASSED | {"findings": [GONE]})
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_what_is_waived_is_told_in_short() -> None:
    driver = diluted(GONE | {"message": "x" * 5000})
    waive(driver)
    assert len(driver.entries[-1].data["message"]) == 2000
