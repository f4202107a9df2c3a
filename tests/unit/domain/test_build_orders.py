"""Which reports and failures of orders are still wanted, and what a failure does."""

import pytest

from baton.domain.attempts import Attempt
from baton.domain.evidence import Usage
from baton.domain.reports import parse_report
from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State, Status
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


def test_what_a_failure_cost_is_counted_and_no_retry_is_free() -> None:
    driver = Driver(make_terms(limits={"tokens": 10}))
    attempts = (Attempt(number=1, failure="interrupted"), Attempt(number=2, failure="runner_failed"))
    usage = Usage(requests=2, input_tokens=9, output_tokens=1, cost_usd=0.5)
    number = driver.order.number
    (entry,) = driver.keep(
        driver.build.fail(number, "runner_failed", "crash", driver.now, usage=usage, attempts=attempts)
    )
    assert entry.data["usage"] == {"requests": 2, "input_tokens": 9, "output_tokens": 1, "cost_usd": 0.5}
    assert [attempt["failure"] for attempt in entry.data["attempts"]] == ["interrupted", "runner_failed"]
    ledger = driver.view.ledger
    assert (ledger.requests, ledger.tokens, ledger.cost_usd) == (2, 10, 0.5)
    driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", expected_state="error", reason="again")


def test_orders_that_were_overtaken_are_named_to_those_that_follow() -> None:
    driver = Driver(make_terms(limits={"wall_clock": 3600})).until(State.IMPLEMENTATION)
    assert list(driver.order.overtaken) == []
    driver.retry("it hangs")
    driver.back("planning")
    assert (driver.order.number, list(driver.order.overtaken)) == (5, [3, 4])
    driver.report(questions=["?"])
    driver.send("answer", question_id="q1", answer="!")
    driver.fail()
    driver.retry()
    driver.report(**GOOD[Phase.PLANNING])
    driver.until(State.IMPLEMENTATION).report(verdict="rejected")
    assert (driver.order.number, list(driver.order.overtaken)) == (9, [3, 4])
    driver.pass_time(hours=1)
    driver.send("extend_limits", limits={"wall_clock": None})
    driver.retry()
    assert list(driver.order.overtaken) == [3, 4, 9]


def test_an_order_says_what_the_build_has_come_to() -> None:
    terms = make_terms(approvals={"handoff_to_coder": {}}, dilution="tell")
    driver = Driver(terms)
    assert (driver.order.base_commit, driver.order.approvals) == (None, ())
    assert (driver.order.profile_digest, driver.order.dilution) == ("d" * 64, "tell")
    driver.report(commit="d15c", base="ba5e")
    driver.report(commit="91a2", base="0ther")
    driver.send("approve", expected_state="handoff_to_coder", reason="go")
    order = driver.until(State.IMPLEMENTATION).order
    assert (order.base_commit, order.commit) == ("ba5e", "91a2")
    assert [(given.state, given.by, given.reason) for given in order.approvals] == [("handoff_to_coder", "lead", "go")]
    driver.back("discovery")
    assert (driver.order.base_commit, driver.order.commit, len(driver.order.approvals)) == ("ba5e", None, 1)


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
