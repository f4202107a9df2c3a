from datetime import timedelta
from typing import Any

import pytest

from baton.domain.steps import Perform, Wait
from baton.domain.vocabulary import EntryKind, LimitName, Phase, RefusalCode, Role, State
from tests.unit.domain.driver import GOOD, START, Driver, make_terms


def limited(**limits: Any) -> Driver:
    return Driver(make_terms(limits=limits))


def reach_rework_rounds() -> Driver:
    driver = limited(rework_rounds=1)
    for number in range(2):
        driver.until(State.TESTING).report(tests_failed=1, tree=f"tree-{number}")
    return driver


def reach_phase_runs() -> Driver:
    driver = limited(phase_runs=2).until(State.HANDOFF_TO_CODER)
    driver.step()
    return driver


def reach_requests() -> Driver:
    driver = limited(requests=3)
    driver.report(usage={"requests": 3})
    return driver


def reach_tokens() -> Driver:
    driver = limited(tokens=1_500_000)
    driver.report(usage={"input_tokens": 1_000_000, "output_tokens": 500_000})
    return driver


def reach_money() -> Driver:
    driver = limited(money=0.3)
    driver.report(usage={"cost_usd": 0.1})
    driver.report(usage={"cost_usd": 0.2})
    driver.step()
    return driver


def reach_wall_clock() -> Driver:
    driver = limited(wall_clock=3600)
    driver.pass_time(hours=1)
    return driver


REACHED = [
    (
        reach_rework_rounds,
        "rework_rounds",
        "the limit of 1 rework rounds is reached",
        "Extend-limits with a higher rework_rounds (at least 2), then request-retry to go on with implementation",
        ("leaves no room for another phase; extend-limits first, to at least 2", 2),
    ),
    (
        reach_phase_runs,
        "phase_runs",
        "the limit of 2 phase runs is reached",
        "Extend-limits with a higher phase_runs (at least 4), then request-retry to go on with implementation",
        ("the limit phase_runs (2) leaves no room for another phase; extend-limits first, to at least 4", 4),
    ),
    (
        reach_requests,
        "requests",
        "the limit of 3 requests to models is reached (3 used)",
        "Extend-limits with a higher requests (more than 3), then request-retry to go on with planning",
        ("the limit requests (3) leaves no room for another phase; extend-limits first, to more than 3", 4),
    ),
    (
        reach_tokens,
        "tokens",
        "the limit of 1,500,000 tokens is reached (1,500,000 used)",
        "Extend-limits with a higher tokens (more than 1,500,000), then request-retry to go on with planning",
        ("the limit tokens (1,500,000) leaves no room for another phase; extend-limits first, to more", 1_500_001),
    ),
    (
        reach_money,
        "money",
        "the limit of 0.3 US dollars is reached (0.3 used)",
        "Extend-limits with a higher money (more than 0.3), then request-retry to go on with implementation",
        ("extend-limits first, to more than 0.3", 0.31),
    ),
    (
        reach_wall_clock,
        "wall_clock",
        "the limit of 3,600 seconds of wall clock is reached (3,600 used)",
        "Extend-limits with a higher wall_clock (more than 3,600), then request-retry to go on with discovery",
        ("extend-limits first, to more than 3,600", 7200),
    ),
]


@pytest.mark.parametrize(
    ("reach", "name", "message", "what_next", "extension"), REACHED, ids=[row[1] for row in REACHED]
)
def test_a_limit_parks_and_only_its_extension_lets_the_build_go_on(
    reach: Any, name: str, message: str, what_next: str, extension: tuple[str, float]
) -> None:
    driver = reach()
    code, told, next_told = driver.parked
    assert (driver.kinds[-1], code, told) == (EntryKind.LIMIT_REACHED, f"limit_{name}", message)
    assert next_told.startswith(what_next)
    refusal, enough = extension
    retry = {"expected_state": "error", "reason": "go on"}
    assert refusal in driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", **retry)
    assert refusal in driver.refused(RefusalCode.LIMIT_REACHED, "rollback", target_state="discovery", **retry)
    driver.send("extend_limits", limits={name: enough}, reason="it is worth it")
    assert driver.view.maximum(LimitName(name)) == enough
    driver.send("request_retry", **retry)
    driver.send("extend_limits", limits={name: None})
    driver.until(State.COMPLETE)


def test_an_extension_that_is_too_small_does_not_let_a_retry_through() -> None:
    driver = reach_phase_runs()
    driver.send("extend_limits", limits={"phase_runs": 3})
    driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", expected_state="error", reason="go on")


def test_a_report_straight_from_the_handoff_meets_the_limits_too() -> None:
    driver = Driver(make_terms(Role, limits={"phase_runs": 2})).until(State.HANDOFF_TO_CODER)
    entries = driver.send("advance", role="code_writer", completed_state="implementation", result={"commit": "c0de"})
    assert [entry.kind for entry in entries] == ["state_advanced", "limit_reached"]
    assert driver.state is State.ERROR
    driver.send("extend_limits", limits={"phase_runs": None})
    driver.send("request_retry", expected_state="error", reason="go on")
    driver.until(State.COMPLETE)


def test_of_two_reports_at_once_the_second_is_not_taken_when_the_first_used_up_the_budget() -> None:
    driver = Driver(make_terms(Role, limits={"tokens": 10}))
    result = {"discovery": {"usage": {"input_tokens": 10}}, "planning": {}}
    driver.advance(next_state="handoff_to_coder", result=result)
    assert driver.parked[0] == "limit_tokens"
    assert driver.view.phases[Phase.PLANNING].report is None


def test_a_running_phase_is_not_stopped_by_a_retry_that_has_no_run_left() -> None:
    driver = limited(phase_runs=1)
    driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", expected_state="discovery", reason="it hangs")
    assert isinstance(driver.build.next_step(), Perform)


def test_every_way_that_begins_a_phase_is_counted() -> None:
    driver = Driver().until(State.PLANNING)
    driver.report(questions=["?"])
    driver.send("answer", question_id="q1", answer="!")
    driver.send("request_retry", expected_state="planning", reason="again")
    driver.send("rollback", target_state="discovery", expected_state="planning", reason="back")
    ledger = driver.view.ledger
    assert (ledger.phase_runs, ledger.rollbacks, ledger.rework_rounds) == (5, 1, 0)


def test_the_wall_clock_bounds_a_phase_and_a_wait() -> None:
    driver = Driver(make_terms([Role.CODE_WRITER], limits={"wall_clock": 3600}))
    step = driver.build.next_step()
    assert isinstance(step, Perform)
    assert step.deadline == START + timedelta(hours=1)
    assert driver.until(State.HANDOFF_TO_CODER).build.next_step() == Wait(deadline=START + timedelta(hours=1))


def test_a_build_that_stands_still_has_no_deadline() -> None:
    driver = reach_wall_clock()
    assert driver.build.next_step() == Wait()
    assert driver.pass_time(hours=1) == []
    driver.keep(driver.build.cancel("", driver.now))
    assert driver.pass_time(hours=1) == []


def test_a_build_without_deadlines_lets_time_pass() -> None:
    assert Driver().pass_time(days=1000) == []


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"tokens": 5}, "tokens has no limit, so there is nothing to extend"),
        ({"phase_runs": 50}, "phase_runs is 50 already; extend it to more, not to 50"),
        ({"phase_runs": 60, "rework_rounds": 1}, "rework_rounds is 5 already; extend it to more, not to 1"),
        ({"phase_runs": 60.5}, "phase_runs is a whole number, not 60.5"),
        ({"wall_clock": 1e13}, "extend_limits: wall_clock: Input should be less than or equal to 36525 days"),
        ({"wall_clock": 1e299}, "extend_limits: wall_clock: Input should be a valid timedelta"),
        ({"wall_clock": 1e305}, "extend_limits.limits.wall_clock is an integer of more than 300 digits"),
        ({}, "extend_limits: limits: Dictionary should have at least 1 item"),
        ({"patience": 1}, "extend_limits: limits.patience"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(limits: dict[str, Any], told: str) -> None:
    message = limited(wall_clock=3600).refused(RefusalCode.MALFORMED, "extend_limits", limits=limits)
    assert message.startswith(told)


def test_money_may_be_extended_by_cents() -> None:
    driver = limited(money=1.5)
    driver.send("extend_limits", limits={"money": 1.75})
    assert driver.view.limits.money == 1.75


def test_a_wall_clock_of_a_century_still_ends() -> None:
    driver = limited(wall_clock=3600)
    driver.send("extend_limits", limits={"wall_clock": 36_525 * 86_400})
    assert driver.order.phase is Phase.DISCOVERY
    assert driver.pass_time(days=36_525)[0].kind is EntryKind.LIMIT_REACHED


def test_a_used_up_budget_does_not_stop_a_release_that_is_made() -> None:
    driver = limited(tokens=10).until(State.DEPLOYMENT)
    driver.report(**GOOD[Phase.DEPLOYMENT], usage={"input_tokens": 11})
    assert driver.state is State.COMPLETE
