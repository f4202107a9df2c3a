from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from baton.domain.terms import ApprovalTerms, Limits, RoleTerms, Terms
from baton.domain.vocabulary import LimitName, Role
from tests.unit.domain.driver import make_terms


def test_the_budgets_are_told_as_numbers() -> None:
    limits = Limits(tokens=5, money=0.5, wall_clock=timedelta(minutes=2))
    assert [limits.maximum(name) for name in LimitName] == [5, 50, None, 5, 0.5, 120.0]
    assert Limits(rework_rounds=None).maximum(LimitName.REWORK_ROUNDS) is None


def test_budgets_are_extended_one_by_one() -> None:
    limits = Limits(tokens=5, wall_clock=timedelta(minutes=2))
    extended = limits.extended({LimitName.TOKENS: None, LimitName.WALL_CLOCK: 300.0})
    assert extended == Limits(wall_clock=timedelta(minutes=5))


def test_every_role_has_to_be_played() -> None:
    played = {Role.Q_ASSISTANT: RoleTerms(runner="llm"), Role.CODE_WRITER: RoleTerms(runner="llm")}
    missing = "test_auditor, verification_overseer, release_manager"
    with pytest.raises(ValidationError, match=f"every role has to be played; missing: {missing}"):
        make_terms(roles=played)


@pytest.mark.parametrize("state", ["testing", "complete", "error"])
def test_only_a_handoff_can_wait_for_an_approval(state: str) -> None:
    with pytest.raises(ValidationError, match=f"{state} cannot wait for an approval; these can: handoff_to_coder"):
        make_terms(approvals={state: {}})


@pytest.mark.parametrize("span", [0, -1, 36_525 * 86_400 + 1])
@pytest.mark.parametrize("field", ["wall_clock", "deadline", "answer_deadline"])
def test_a_span_of_time_is_more_than_nothing_and_at_most_a_century(field: str, span: float) -> None:
    make: dict[str, Any] = {
        "wall_clock": lambda: Limits.model_validate({field: span}),
        "deadline": lambda: ApprovalTerms.model_validate({field: span}),
        "answer_deadline": lambda: make_terms(answer_deadline=span),
    }
    with pytest.raises(ValidationError, match=field):
        make[field]()


def test_terms_read_back_as_they_were() -> None:
    terms = make_terms(Role, {"wall_clock": 90.5, "money": 0.1}, approvals={"handoff_to_coder": {"approvers": ["a"]}})
    assert Terms.model_validate_json(terms.model_dump_json()) == terms
