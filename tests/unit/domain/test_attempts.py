"""What attempts cost, added up, and what of it crosses the wire."""

from typing import Any

import pytest
from pydantic import ValidationError

from baton.domain.attempts import Attempt, Compensation, Expenses, Resumption
from baton.domain.evidence import Usage
from baton.domain.vocabulary import Phase


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [
        ({"cost_usd": 0.1}, {"cost_usd": 0.2}, 0.3),
        ({"input_tokens": 5}, {"cost_usd": 0.2}, None),
        ({"input_tokens": 5, "cost_usd": 0.1}, {"output_tokens": 5}, None),
        ({"requests": 1}, {"cost_usd": 0.2}, None),
        ({}, {"input_tokens": 5, "cost_usd": 0.2}, 0.2),
        ({"cached_tokens": 5}, {"cost_usd": 0.2}, 0.2),
        ({}, {}, None),
        ({}, {"cost_usd": 0.0}, 0.0),
    ],
)
def test_a_sum_has_a_cost_when_both_have_one(one: dict[str, Any], other: dict[str, Any], cost: float | None) -> None:
    first, second = Usage(**one), Usage(**other)
    assert first.plus(second).cost_usd == second.plus(first).cost_usd == cost


def test_usage_is_added_up_field_by_field() -> None:
    one = Usage(requests=1, input_tokens=2, output_tokens=3, cached_tokens=4, cost_usd=0.5)
    assert one.plus(one) == Usage(requests=2, input_tokens=4, output_tokens=6, cached_tokens=8, cost_usd=1.0)


def test_expenses_read_back_as_they_were_told() -> None:
    told = Expenses(
        usage=Usage(requests=1), attempts=(Attempt(number=2, resumed=Resumption.PARTIAL, why="w", usage=Usage()),)
    )
    assert Expenses.model_validate(told.model_dump(mode="json", exclude_defaults=True)) == told


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**301])
def test_what_no_journal_could_carry_is_not_made(value: float) -> None:
    with pytest.raises(ValidationError, match="value"):
        Expenses.model_validate({"usage": {"requests": 1, "share": value}})
    with pytest.raises(ValidationError, match="value"):
        Compensation.model_validate({"phase": Phase.DEPLOYMENT, "succeeded": True, "share": value})


def test_an_attempt_is_counted_from_one() -> None:
    with pytest.raises(ValidationError, match="number"):
        Attempt(number=0)
