"""Which reports and failures of orders are still wanted, and what a failure does."""

import pytest

from baton.domain.reports import parse_report
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status
from tests.unit.domain.driver import GOOD, Driver, make_terms


def assert_unwanted(driver: Driver, number: int) -> None:
    before = driver.view.model_dump_json()
    assert not driver.build.expects(number)
    assert driver.build.report(number, parse_report(GOOD[Phase.TESTING]), driver.now) == []
    assert driver.build.fail(number, "runner_failed", "late", driver.now) == []
    assert driver.view.model_dump_json() == before


def test_the_report_of_an_overtaken_order_changes_nothing() -> None:
    driver = Driver().until(State.IMPLEMENTATION)
    overtaken = driver.order.number
    driver.send("request_retry", expected_state="implementation", reason="it hangs")
    assert driver.order.number == overtaken + 1
    assert_unwanted(driver, overtaken)


def test_a_report_delivered_twice_changes_nothing_in_the_handoff_that_it_led_to() -> None:
    driver = Driver().until(State.IMPLEMENTATION)
    number = driver.order.number
    driver.report(**GOOD[Phase.IMPLEMENTATION])
    assert_unwanted(driver, number)


def test_no_report_is_wanted_while_its_questions_are_open() -> None:
    driver = Driver()
    number = driver.order.number
    driver.report(questions=["Which till?"])
    assert_unwanted(driver, number)


@pytest.mark.parametrize("state", ["error", "cancelled", "complete"])
def test_no_report_is_wanted_of_a_build_that_stands_still(state: str) -> None:
    driver = Driver().until(State.DEPLOYMENT)
    number = driver.order.number
    if state == "error":
        driver.keep(driver.build.fail(number, "runner_failed", "no disk", driver.now))
    elif state == "cancelled":
        driver.keep(driver.build.cancel("", driver.now))
    driver.until(state)
    assert_unwanted(driver, number)


def test_a_running_phase_of_a_paused_build_may_end() -> None:
    driver = Driver().until(State.PLANNING)
    number = driver.order.number
    driver.send("pause")
    driver.keep(driver.build.report(number, parse_report(GOOD[Phase.PLANNING]), driver.now))
    assert (driver.state, driver.view.status) == (State.HANDOFF_TO_CODER, Status.PAUSED)


def test_a_failure_parks_the_build_in_plain_words() -> None:
    driver = Driver().until(State.TESTING)
    driver.keep(driver.build.fail(driver.order.number, "runner_failed", "pytest is not installed", driver.now))
    assert driver.kinds[-1] is EntryKind.PHASE_FAILED
    code, message, what_next = driver.parked
    assert (code, message) == ("runner_failed", "testing failed: pytest is not installed")
    assert what_next.startswith("Mend the cause, then request-retry to perform testing again; or rollback")
    assert driver.view.status is Status.ERROR


def test_only_a_handoff_to_a_runner_is_taken_by_itself() -> None:
    by_hand = Driver(make_terms([Role.CODE_WRITER])).until(State.HANDOFF_TO_CODER)
    assert by_hand.build.proceed(by_hand.now) == []
    running = Driver()
    assert running.build.proceed(running.now) == []
    running.until(State.HANDOFF_TO_CODER)
    running.send("pause")
    assert running.build.proceed(running.now) == []
    running.send("resume")
    assert len(running.build.proceed(running.now)) == 1
