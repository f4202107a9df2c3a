import pytest

from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State
from tests.unit.domain.driver import Driver

ALLOWED = [
    (State.PLANNING, "discovery"),
    (State.HANDOFF_TO_CODER, "planning"),
    (State.HANDOFF_TO_CODER, "discovery"),
    (State.IMPLEMENTATION, "planning"),
    (State.TESTING, "implementation"),
    (State.HANDOFF_TO_VERIFIER, "testing"),
    (State.DEPLOYMENT, "discovery"),
    (State.DEPLOYMENT, "verification"),
]
REFUSED = [
    (State.DISCOVERY, "discovery", "there is none"),
    (State.DISCOVERY, "deployment", "there is none"),
    (State.PLANNING, "planning", "discovery"),
    (State.HANDOFF_TO_CODER, "implementation", "discovery, planning"),
    (State.TESTING, "testing", "discovery, planning, implementation"),
]


@pytest.mark.parametrize(("state", "target"), ALLOWED)
def test_rollback_returns_to_an_earlier_phase(state: State, target: str) -> None:
    driver = Driver().until(state)
    owner = driver.view.current_role
    (entry,) = driver.send("rollback", target_state=target, expected_state=state.value, reason="wrong way")
    assert (entry.kind, driver.state) == (EntryKind.ROLLED_BACK, target)
    assert driver.order.feedback is not None
    assert driver.order.feedback.reason == "wrong way"
    handoff = driver.view.handoff_history[-1]
    assert (handoff.from_role, handoff.to_role, handoff.to_state) == (owner, driver.view.current_role, target)
    position = list(Phase).index(Phase(target))
    assert driver.view.completed_phases == list(Phase)[:position]
    assert driver.view.progress == round(100 * position / 6, 1)
    driver.until(State.COMPLETE)


@pytest.mark.parametrize(("state", "target", "earlier"), REFUSED)
def test_rollback_does_not_go_forward_or_stay(state: State, target: str, earlier: str) -> None:
    message = (
        Driver()
        .until(state)
        .refused(
            RefusalCode.SKIPPED_PHASE, "rollback", target_state=target, expected_state=state.value, reason="wrong way"
        )
    )
    assert message == (f"rollback from {state.value!r} returns to an earlier phase ({earlier}), not to {target!r}")


def test_a_rollback_to_what_is_no_phase_is_malformed() -> None:
    message = (
        Driver()
        .until(State.TESTING)
        .refused(
            RefusalCode.MALFORMED,
            "rollback",
            target_state="handoff_to_coder",
            expected_state="testing",
            reason="wrong way",
        )
    )
    assert message.startswith("rollback: target_state: Input should be 'discovery', 'planning'")


def failed_in(state: State) -> Driver:
    driver = Driver().until(state)
    driver.keep(driver.build.fail(driver.order.number, "runner_failed", "crash", driver.now))
    return driver


@pytest.mark.parametrize("target", ["discovery", "planning", "implementation", "testing"])
def test_a_parked_build_rolls_back_to_the_phase_that_failed_or_an_earlier_one(target: str) -> None:
    driver = failed_in(State.TESTING)
    driver.send("rollback", target_state=target, expected_state="error", reason="wrong way")
    assert driver.state == target
    assert driver.view.parked is None
    assert driver.view.handoff_history[-1].from_role is Role.TEST_AUDITOR
    driver.until(State.COMPLETE)


@pytest.mark.parametrize("target", ["verification", "deployment"])
def test_a_parked_build_does_not_roll_forward(target: str) -> None:
    message = failed_in(State.TESTING).refused(
        RefusalCode.SKIPPED_PHASE, "rollback", target_state=target, expected_state="error", reason="wrong way"
    )
    assert message == (
        "rollback from 'error' returns to an earlier phase (discovery, planning, implementation, testing), "
        f"not to {target!r}"
    )


def with_commits() -> Driver:
    """In verification, after a rework: each phase that changed files ended in a commit of its own."""
    driver = Driver().until(State.PLANNING)
    driver.report(commit="plan")
    driver.until(State.IMPLEMENTATION).report(commit="code1")
    driver.until(State.TESTING).report(tests_failed=1, commit="test1")
    driver.report(commit="code2", tree="tree2")
    return driver.until(State.VERIFICATION)


@pytest.mark.parametrize(
    ("target", "commit"),
    [("discovery", None), ("planning", None), ("implementation", "plan"), ("testing", "code2")],
)
def test_rollback_restores_the_commit_that_the_phase_started_from(target: str, commit: str | None) -> None:
    driver = with_commits()
    assert (driver.view.commit, driver.view.tree) == ("code2", "tree2")
    (entry,) = driver.send("rollback", target_state=target, expected_state="verification", reason="wrong way")
    assert entry.data.get("commit") == commit
    assert (driver.view.commit, driver.view.tree, driver.order.commit) == (commit, None, commit)
    assert driver.view.handoff_history[-1].commit == commit


def test_the_ledger_remembers_a_rollback() -> None:
    driver = with_commits()
    runs = driver.view.ledger.phase_runs
    driver.send("rollback", target_state="discovery", expected_state="verification", reason="wrong way")
    ledger = driver.view.ledger
    assert (ledger.phase_runs, ledger.rollbacks, ledger.rework_rounds) == (runs + 1, 1, 1)
