from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.domain.ledger import Ledger, amount
from baton.domain.reports import Usage
from baton.domain.terms import Limits
from baton.domain.vocabulary import LimitName
from tests.unit.domain.driver import START


def over(ledger: Ledger, seconds: float = 0, **limits: object) -> LimitName | None:
    budgets = Limits.model_validate({"rework_rounds": None, "phase_runs": None} | limits)
    return ledger.over(budgets, since=START, now=START + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("used", "limits", "reached"),
    [
        ({"rework_rounds": 2}, {"rework_rounds": 2}, None),
        ({"rework_rounds": 3}, {"rework_rounds": 2}, "rework_rounds"),
        ({"rework_rounds": 1}, {"rework_rounds": 0}, "rework_rounds"),
        ({"phase_runs": 2}, {"phase_runs": 2}, None),
        ({"phase_runs": 3}, {"phase_runs": 2}, "phase_runs"),
        ({"input_tokens": 6, "output_tokens": 3}, {"tokens": 10}, None),
        ({"input_tokens": 6, "output_tokens": 4}, {"tokens": 10}, "tokens"),
        ({"cached_tokens": 99}, {"tokens": 10}, None),
        ({"cost_usd": 0.99}, {"money": 1}, None),
        ({"cost_usd": 1.0}, {"money": 1}, "money"),
        ({"phase_runs": 99, "rework_rounds": 99, "cost_usd": 99.0}, {}, None),
        ({"phase_runs": 9, "rework_rounds": 9}, {"phase_runs": 1, "rework_rounds": 1}, "rework_rounds"),
    ],
)
def test_what_begins_may_use_up_its_budget_and_what_is_spent_may_not(
    used: dict[str, float], limits: dict[str, float], reached: str | None
) -> None:
    assert over(Ledger.model_validate(used), **limits) == reached


@pytest.mark.parametrize(("seconds", "reached"), [(59.999999, None), (60, "wall_clock"), (61, "wall_clock")])
def test_the_wall_clock_is_used_up_when_its_time_is_there(seconds: float, reached: str | None) -> None:
    assert over(Ledger(), seconds, wall_clock=60) == reached


def test_usage_is_counted() -> None:
    ledger = Ledger()
    ledger.add(Usage(requests=1, input_tokens=10, output_tokens=5, cached_tokens=3, cost_usd=0.1))
    ledger.add(Usage(requests=2, input_tokens=1, cost_usd=0.2))
    assert (ledger.requests, ledger.tokens, ledger.cached_tokens, ledger.cost_usd) == (3, 16, 3, 0.3)
    assert ledger.unpriced_reports == 0


def test_tokens_of_an_unknown_price_are_told() -> None:
    ledger = Ledger()
    ledger.add(Usage(output_tokens=5))
    ledger.add(Usage(input_tokens=5))
    ledger.add(Usage(requests=1))
    ledger.add(Usage(input_tokens=5, cost_usd=0))
    assert ledger.unpriced_reports == 2


@given(
    st.lists(
        st.builds(
            Usage,
            requests=st.integers(0, 10**12),
            input_tokens=st.integers(0, 10**12),
            cost_usd=st.none() | st.floats(0, 10**12),
        )
    )
)
def test_a_ledger_only_grows(usages: list[Usage]) -> None:
    ledger = Ledger()
    for usage in usages:
        before = ledger.model_dump()
        ledger.add(usage)
        assert all(ledger.model_dump()[name] >= before[name] for name in before)


@pytest.mark.parametrize(
    ("number", "text"), [(3, "3"), (1_500_000.0, "1,500,000"), (0.1 + 0.2, "0.3"), (3600.5, "3,600.5")]
)
def test_an_amount_is_written_as_people_read_it(number: float, text: str) -> None:
    assert amount(number) == text
