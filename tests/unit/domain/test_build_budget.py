"""What is left for a phase, and that a phase with nothing left does not begin."""

from typing import Any

import pytest

from baton.domain.attempts import Budget
from baton.domain.ledger import Ledger, left
from baton.domain.terms import Limits, PhaseLimits, RoleTerms
from baton.domain.vocabulary import EntryKind, Phase, Role, State
from tests.unit.domain.driver import GOOD, Driver, make_terms

USED = Ledger(requests=3, input_tokens=60, output_tokens=20, cached_tokens=999, cost_usd=0.2)


@pytest.mark.parametrize(
    ("limits", "own", "remains"),
    [
        ({}, {}, {}),
        ({"requests": 10, "tokens": 100, "money": 0.3}, {}, {"requests": 7, "tokens": 20, "money": 0.1}),
        ({}, {"requests": 5, "tokens": 50, "money": 0.5}, {"requests": 5, "tokens": 50, "money": 0.5}),
        ({"requests": 10, "tokens": 100}, {"requests": 5, "tokens": 50}, {"requests": 5, "tokens": 20}),
        ({"requests": 3, "tokens": 10, "money": 0.1}, {"tokens": 5}, {"requests": 0, "tokens": 0, "money": 0}),
        ({"rework_rounds": 0, "phase_runs": 1, "wall_clock": 60}, {}, {}),
    ],
)
def test_a_phase_may_spend_its_own_limits_or_what_the_build_has_left(
    limits: dict[str, Any], own: dict[str, Any], remains: dict[str, Any]
) -> None:
    budget = left(USED, Limits.model_validate(limits), PhaseLimits.model_validate(own))
    assert budget == Budget.model_validate(remains)


def spent(**usage: Any) -> Driver:
    driver = Driver(make_terms(limits={"requests": 4, "tokens": 100, "money": 1}))
    driver.report(usage=usage)
    return driver


def test_the_order_says_what_is_left() -> None:
    assert Driver().order.budget == Budget()
    budget = spent(requests=1, input_tokens=30, output_tokens=20, cost_usd=0.9).order.budget
    assert budget == Budget(requests=3, tokens=50, money=0.1)


def test_an_extension_counts_for_the_next_order_and_a_rollback_gives_nothing_back() -> None:
    driver = spent(requests=3)
    driver.send("extend_limits", limits={"requests": 10, "money": None})
    assert driver.order.budget == Budget(requests=7, tokens=100)
    driver.back("discovery")
    assert driver.order.budget.requests == 7


def test_a_roles_own_limits_are_for_each_run_and_for_its_role_alone() -> None:
    roles = dict(make_terms().roles)
    roles[Role.CODE_WRITER] = RoleTerms(runner="llm", limits=PhaseLimits(requests=5, money=0.5))
    driver = Driver(make_terms(roles=roles))
    assert driver.order.budget == Budget()
    driver.until(State.IMPLEMENTATION).report(verdict="rejected", usage={"requests": 5, "cost_usd": 0.5})
    assert driver.order.budget == Budget()
    assert driver.until(State.IMPLEMENTATION).order.budget == Budget(requests=5, money=0.5)


ALL_SPENT = [
    {"requests": 4},
    {"input_tokens": 60, "output_tokens": 40},
    {"cost_usd": 1.0},
    {"requests": 9, "cost_usd": 7},
]


@pytest.mark.parametrize("usage", ALL_SPENT)
def test_a_phase_with_nothing_left_does_not_begin(usage: dict[str, Any]) -> None:
    driver = spent(**usage)
    assert driver.kinds[-1] is EntryKind.LIMIT_REACHED
    assert driver.state is State.ERROR
    assert driver.view.phases[Phase.PLANNING].started_at is None


@pytest.mark.parametrize("usage", ALL_SPENT)
@pytest.mark.parametrize("way", ["handoff", "rework", "answer", "assumption"])
def test_on_no_way_does_a_phase_begin_with_nothing_left(way: str, usage: dict[str, Any]) -> None:
    terms = make_terms(limits={"requests": 4, "tokens": 100, "money": 1}, answer_deadline=3600, on_unanswered="assume")
    driver = Driver(terms)
    match way:
        case "handoff":
            driver.until(State.PLANNING).report(usage=usage)
            driver.step()
        case "rework":
            driver.until(State.TESTING).report(tests_failed=1, usage=usage)
        case "answer":
            driver.report(questions=["?"], usage=usage)
            driver.send("answer", question_id="q1", answer="!")
        case _:
            driver.report(questions=["?"], usage=usage)
            driver.pass_time(hours=1)
    assert driver.parked[0].startswith("limit_")


def test_what_a_release_used_does_not_undo_it() -> None:
    driver = Driver(make_terms(limits={"requests": 4})).until(State.DEPLOYMENT)
    driver.report(**GOOD[Phase.DEPLOYMENT], usage={"requests": 9})
    assert driver.state is State.COMPLETE
