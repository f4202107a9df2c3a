"""A rollback undoes what phases did outside the workspace: which of them, in what order, how often."""

from typing import Any

import pytest

from baton.domain.attempts import Compensation
from baton.domain.evidence import Evidence
from baton.domain.steps import Perform
from baton.domain.vocabulary import EntryKind, Phase, Role, State
from tests.unit.domain.driver import GOOD, Driver
from tests.unit.domain.undoing import ALL, deployed, effective, pending


def test_what_was_deployed_is_undone_before_the_phase_begins() -> None:
    driver = deployed()
    (entry,) = driver.back("implementation")
    assert entry.data["compensate"] == ["deployment"]
    order = driver.undoing
    assert (order.phase, order.role, order.number, order.run) == (
        Phase.DEPLOYMENT,
        Role.RELEASE_MANAGER,
        entry.sequence,
        1,
    )
    assert (order.build_id, order.workflow_id, order.reason) == ("b-1", "build-b-1", "wrong way")
    assert (order.report, order.commit, order.journal_head) == ({"deployment_successful": False}, None, entry.hash)
    assert (driver.state, driver.view.phases[Phase.IMPLEMENTATION].started_at) == (State.IMPLEMENTATION, None)
    (undone,) = driver.undo(message="v1 is back")
    assert (undone.kind, undone.actor.role) == (EntryKind.PHASE_COMPENSATED, Role.RELEASE_MANAGER)
    assert undone.data == {"phase": "deployment", "succeeded": True, "message": "v1 is back"}
    assert driver.order.phase is Phase.IMPLEMENTATION
    assert driver.view.phases[Phase.IMPLEMENTATION].started_at == driver.now
    assert driver.view.phases[Phase.DEPLOYMENT].compensated == 2
    driver.until(State.COMPLETE)


def test_evidence_of_the_undoing_is_journaled() -> None:
    driver = deployed()
    driver.back("verification")
    order = driver.undoing
    outcome = Compensation(phase=order.phase, succeeded=True, evidence=(Evidence(name="undo-1", exit_code=0),))
    (entry,) = driver.keep(driver.build.compensated(order, outcome, driver.now))
    assert entry.data["evidence"] == [{"name": "undo-1", "exit_code": 0}]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_outcome_that_no_journal_could_carry_is_not_made(value: float) -> None:
    with pytest.raises(ValueError, match=r"duration_seconds is (nan|inf), which JSON cannot carry"):
        Compensation(
            phase=Phase.DEPLOYMENT, succeeded=True, evidence=(Evidence(name="undo-1", duration_seconds=value),)
        )


def test_the_last_one_is_undone_first() -> None:
    driver = deployed(*ALL)
    driver.back("planning")
    wanted = ["deployment", "verification", "testing", "implementation", "planning"]
    assert [phase for phase, _ in pending(driver)] == wanted
    for phase in wanted:
        assert driver.undoing.phase.value == phase
        driver.undo()
    assert driver.order.phase is Phase.PLANNING
    assert {phase.value: record.compensated for phase, record in driver.view.phases.items()} == {
        "discovery": 0,
        "planning": 1,
        "implementation": 1,
        "testing": 1,
        "verification": 2,
        "deployment": 2,
    }


def test_only_phases_that_the_profile_says_so_of_are_undone() -> None:
    driver = Driver().until(State.DEPLOYMENT)
    (entry,) = driver.back("planning")
    assert "compensate" not in entry.data
    assert isinstance(driver.build.next_step(), Perform)


@pytest.mark.parametrize("state", [State.VERIFICATION, State.HANDOFF_TO_RELEASER])
def test_a_phase_that_never_ran_is_not_undone(state: State) -> None:
    driver = effective().until(state)
    driver.back("testing")
    assert pending(driver) == []
    assert driver.order.phase is Phase.TESTING


def test_phases_before_the_target_are_left_alone() -> None:
    driver = deployed(*ALL)
    driver.back("testing")
    assert [phase for phase, _ in pending(driver)] == ["deployment", "verification", "testing"]


def test_a_phase_behind_is_undone_too_when_the_build_had_gone_back_by_itself() -> None:
    driver = effective().until(State.DEPLOYMENT)
    driver.report(deployment_successful=False)
    driver.report(approved_for_deployment=True, findings=[{"message": "no", "evidence": "bandit:B307"}])
    assert driver.state is State.IMPLEMENTATION
    driver.back("planning")
    assert pending(driver) == [("deployment", 1)]


def test_the_phase_that_is_returned_to_is_undone_itself() -> None:
    driver = deployed()
    driver.fail()
    driver.back("deployment")
    assert pending(driver) == [("deployment", 2)]
    driver.undo()
    order = driver.order
    assert (order.phase, order.run_in_phase) == (Phase.DEPLOYMENT, 3)
    driver.back("implementation")
    assert pending(driver) == [("deployment", 3)], "its third run may have had effects"


def test_what_was_undone_is_not_undone_again_until_it_runs_again() -> None:
    driver = deployed()
    driver.back("verification")
    driver.undo()
    driver.back("testing")
    assert pending(driver) == []
    driver.until(State.DEPLOYMENT)
    driver.back("verification")
    assert pending(driver) == [("deployment", 3)]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([{"phase": "deployment", "succeeded": True}], []),
        ([{"phase": "deployment", "succeeded": True}, {"phase": "deployment", "succeeded": True}], []),
        ([{"phase": "verification", "succeeded": True}], [("deployment", 1)]),
        ([], [("deployment", 1)]),
    ],
    ids=["its own", "its own twice", "another's", "none"],
)
def test_a_phase_that_undid_its_own_effects_has_none(told: list[Any], left: list[Any]) -> None:
    driver = effective().until(State.DEPLOYMENT)
    driver.report(deployment_successful=False, compensations=told)
    driver.back("testing")
    assert pending(driver) == left


def test_a_phase_that_undid_its_effects_is_undone_after_it_ran_again() -> None:
    driver = effective().until(State.DEPLOYMENT)
    driver.report(deployment_successful=False, compensations=[{"phase": "deployment", "succeeded": True}])
    driver.until(State.DEPLOYMENT)
    driver.back("testing")
    assert pending(driver) == [("deployment", 2)]


FAILED = [{"phase": "deployment", "succeeded": True}, {"phase": "deployment", "succeeded": False, "message": "403"}]


@pytest.mark.parametrize(
    "report",
    [{"deployment_successful": False}, GOOD[Phase.DEPLOYMENT], {"questions": ["Shall I?"]}, {"verdict": "rejected"}],
    ids=["failed", "successful", "asking", "rejected"],
)
@pytest.mark.parametrize("manual", [(), tuple(Role)], ids=["runner", "by hand"])
def test_a_phase_that_could_not_undo_its_effects_parks_whatever_else_it_says(
    report: dict[str, Any], manual: tuple[Role, ...]
) -> None:
    driver = effective(manual=manual).until(State.DEPLOYMENT)
    told = {"compensations": FAILED, "usage": {"input_tokens": 5}} | report
    if manual:
        driver.advance(result=told)
    else:
        driver.report(**told)
    code, message, what_next = driver.parked
    assert (code, message) == ("compensation_failed", "deployment failed: 403")
    assert what_next.startswith("Mend the cause, then request-retry to perform deployment again; or rollback")
    assert driver.view.ledger.tokens == 5
    driver.back("testing")
    assert pending(driver) == [("deployment", 1)]


def test_a_failed_compensation_without_a_reason_says_that_much() -> None:
    driver = effective().until(State.DEPLOYMENT)
    driver.report(compensations=[{"phase": "deployment", "succeeded": False}])
    assert driver.parked[1] == "deployment failed: it could not be undone"
