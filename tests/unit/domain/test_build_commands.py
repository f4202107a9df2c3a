"""Commands in general: stale ones, repeated ones, and checks that change nothing."""

import pytest

from baton.domain.commands import COMMANDS
from baton.domain.deciding import DECISIONS
from baton.domain.fold import KEPT_COMMANDS
from baton.domain.vocabulary import CommandName, RefusalCode, Role, State
from tests.unit.domain.driver import Driver, make_terms


def test_every_command_has_a_model_and_a_decision() -> None:
    assert set(COMMANDS) == set(DECISIONS) == set(CommandName)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("request_retry", {"reason": "go"}),
        ("rollback", {"reason": "go", "target_state": "discovery"}),
        ("approve", {}),
        ("refuse", {"reason": "no"}),
        ("abandon", {"reason": "no"}),
    ],
)
def test_a_command_that_believes_the_build_elsewhere_is_stale(name: str, fields: dict[str, str]) -> None:
    message = (
        Driver().until(State.TESTING).refused(RefusalCode.STALE_STATE, name, expected_state="verification", **fields)
    )
    assert message == (
        "build 'b-1' is in 'testing', not in 'verification'; "
        "look at its status and send the command again if it still holds"
    )


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_there_is_nothing_to_decide_where_no_handoff_waits(name: str) -> None:
    message = (
        Driver()
        .until(State.HANDOFF_TO_CODER)
        .refused(RefusalCode.NO_APPROVAL_PENDING, name, expected_state="handoff_to_coder", reason="ok")
    )
    assert message == "'handoff_to_coder' does not wait for an approval"


def test_a_command_repeated_under_its_key_makes_no_second_entry() -> None:
    driver = Driver(make_terms(Role))
    first = driver.advance(command_id="k-1")
    assert [entry.command_id for entry in first] == ["k-1"]
    assert driver.send("advance", role="q_assistant", completed_state="discovery", command_id="k-1") == []
    assert driver.view.commands == {"k-1": 2}
    driver.advance()
    assert driver.state is State.HANDOFF_TO_CODER


def test_a_repeated_command_is_known_after_the_end() -> None:
    driver = Driver()
    driver.send("abandon", expected_state="discovery", reason="no", command_id="k-1")
    assert driver.send("abandon", expected_state="discovery", reason="no", command_id="k-1") == []


def test_a_refused_command_may_be_sent_again_under_its_key() -> None:
    driver = Driver()
    driver.refused(RefusalCode.NOT_PAUSED, "resume", command_id="k-1")
    driver.send("pause")
    assert len(driver.send("resume", command_id="k-1")) == 1


def test_the_entries_that_a_command_causes_all_carry_its_key() -> None:
    driver = Driver(make_terms(Role, limits={"phase_runs": 1}))
    entries = driver.advance(command_id="k-1")
    assert [(entry.kind, entry.command_id) for entry in entries] == [
        ("state_advanced", "k-1"),
        ("limit_reached", "k-1"),
    ]
    assert driver.view.commands == {"k-1": entries[-1].sequence}


def test_the_oldest_keys_are_forgotten() -> None:
    driver = Driver()
    for number in range(KEPT_COMMANDS + 1):
        driver.send("resume" if number % 2 else "pause", command_id=f"k-{number}")
    assert list(driver.view.commands) == [f"k-{number}" for number in range(1, KEPT_COMMANDS + 1)]
