"""What a fork is held to: the budgets go on, and no profile is a way around a gate."""

from datetime import timedelta

import pytest

from baton.domain.facts import WorkflowStarted
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import EntryKind, LimitName, RefusalCode, State, Status
from tests.unit.domain.driver import Driver, make_terms

FAILED = {"tests_run": 9, "tests_failed": 1, "test_coverage": 91.5, "findings": ["test_add fails"]}
USED = {"input_tokens": 30, "output_tokens": 12, "cost_usd": 0.5, "requests": 2}


def failed(test: str) -> dict[str, object]:
    """A report of one test that fails; of another test, it is news."""
    return FAILED | {"findings": [{"message": f"{test} fails", "evidence": test}]}


def told_no(build: Driver, phase: str, **how: object) -> tuple[RefusalCode, str]:
    with pytest.raises(Refusal) as caught:
        build.fork(phase, **how)  # type: ignore[arg-type]
    return caught.value.code, caught.value.message


def test_the_budget_goes_on_from_the_point_of_the_fork() -> None:
    build = Driver(make_terms(limits={"rework_rounds": 2, "phase_runs": 30, "tokens": 100, "wall_clock": 3600}))
    build.until("testing")
    build.now += timedelta(seconds=600)
    build.report(**FAILED, usage=USED)
    build.until("verification")
    build.now += timedelta(days=2)
    fork = build.fork("implementation")

    used = fork.view.ledger
    assert (used.rework_rounds, used.tokens, used.cost_usd, used.requests) == (1, 42, 0.5, 2)
    assert used.phase_runs == 5  # four before, and its own
    assert fork.order.budget.tokens == 58
    assert fork.view.ledger.used(LimitName.WALL_CLOCK, since=fork.view.clock_began, now=fork.now) == 600
    fork.until("testing")
    fork.report(**failed("test_sub"))
    fork.until("testing")
    fork.report(**failed("test_mul"))
    assert fork.parked[0] == "limit_rework_rounds"
    fork.send("extend_limits", limits={"rework_rounds": None, "phase_runs": None})
    fork.retry()
    fork.pass_time(seconds=3001)
    assert fork.parked[0] == "limit_wall_clock"


def test_budgets_that_were_raised_before_stay_raised_and_can_be_raised_more() -> None:
    build = Driver(make_terms(limits={"rework_rounds": 2, "money": 1})).until("implementation")
    build.send("extend_limits", limits={"rework_rounds": 4})
    build.until("testing")
    build.send("extend_limits", limits={"rework_rounds": 9})
    fork = build.fork("testing", limits={LimitName.MONEY: None})

    assert (fork.view.limits.rework_rounds, fork.view.limits.money) == (4, None)
    started = WorkflowStarted.model_validate(fork.entries[0].data)
    assert started.fork is not None
    assert started.fork.origin.extended == {LimitName.MONEY: None}
    assert told_no(build, "testing", limits={LimitName.REWORK_ROUNDS: 3})[1] == (
        "rework_rounds is 4 already; extend it to more, not to 3"
    )
    assert "has no limit" in told_no(build, "testing", limits={LimitName.TOKENS: 10})[1]


def test_a_fork_whose_budget_is_used_up_is_parked_and_says_what_it_needs() -> None:
    build = Driver(make_terms(limits={"rework_rounds": 1})).until("testing")
    build.report(**FAILED)
    build.until("testing")
    build.report(**failed("test_sub"))
    assert build.parked[0] == "limit_rework_rounds"

    fork = build.fork("implementation")
    assert fork.kinds == [EntryKind.WORKFLOW_STARTED, EntryKind.LIMIT_REACHED]
    assert "at least 2" in fork.parked[2]
    extended = build.fork("implementation", limits={LimitName.REWORK_ROUNDS: 2})
    assert extended.until("complete").view.status is Status.COMPLETE


def test_under_another_profile_its_own_budgets_hold() -> None:
    build = Driver(make_terms(limits={"rework_rounds": 2})).until("testing")
    other = make_terms(limits={"rework_rounds": 7, "tokens": 10}, profile="other")
    fork = build.fork("testing", terms=other)
    assert (fork.view.limits.rework_rounds, fork.view.limits.tokens) == (7, 10)


def test_a_profile_that_asks_for_an_approval_that_was_never_given_does_not_fit() -> None:
    build = Driver().until("testing")
    strict = make_terms(profile="strict", approvals={State.HANDOFF_TO_CODER: {"approvers": ("anna", "bo")}})
    code, said = told_no(build, "testing", terms=strict)

    assert code is RefusalCode.MOVE_NOT_ALLOWED
    assert said == (
        "the profile 'strict' asks for an approval of handoff_to_coder by anna or bo, which build 'b-1' did not have; "
        "fork from planning or earlier, or choose another profile"
    )
    assert build.fork("planning", terms=strict).until("handoff_to_coder").view.pending_approval is not None


def test_an_approval_that_was_given_holds_for_who_may_give_it() -> None:
    asked = {State.HANDOFF_TO_CODER: {"approvers": ()}}
    build = Driver(make_terms(approvals=asked)).until("testing")
    assert build.fork("testing").order.approvals[0].by == "lead"
    by_lead = make_terms(approvals={State.HANDOFF_TO_CODER: {"approvers": ("lead",)}})
    assert build.fork("testing", terms=by_lead).state is State.TESTING
    by_others = make_terms(approvals={State.HANDOFF_TO_CODER: {"approvers": ("anna",)}})
    assert "asks for an approval" in told_no(build, "testing", terms=by_others)[1]


@pytest.mark.parametrize(("on_deadline", "fits"), [("approve", True), ("refuse", False)])
def test_a_silence_that_counted_as_approval_counts_where_the_profile_says_so(on_deadline: str, fits: bool) -> None:
    rule = {"deadline": timedelta(minutes=5), "on_deadline": "approve"}
    build = Driver(make_terms(approvals={State.HANDOFF_TO_CODER: rule})).until("handoff_to_coder")
    build.pass_time(minutes=6)
    build.until("testing")
    other = make_terms(approvals={State.HANDOFF_TO_CODER: rule | {"on_deadline": on_deadline}})
    if fits:
        fork = build.fork("implementation", terms=other).until("testing")
        assert fork.fork("testing", build_id="f-2").state is State.TESTING
    else:
        assert "asks for an approval" in told_no(build, "testing", terms=other)[1]


def test_a_fork_is_no_way_around_a_gate() -> None:
    build = Driver().until("verification")
    strict = make_terms(profile="strict", minimum_coverage=95)
    code, said = told_no(build, "verification", terms=strict)
    assert code is RefusalCode.MOVE_NOT_ALLOWED
    assert said == (
        "under the profile 'strict' the testing of build 'b-1' would not have passed: test coverage is 91.5 %; at "
        "least 95 % is asked for. Fork from testing or earlier, or choose another profile"
    )
    assert build.fork("testing", terms=strict).state is State.TESTING
