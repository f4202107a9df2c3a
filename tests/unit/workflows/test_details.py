"""What Temporal's page of a build says: as Markdown that nobody from outside can write into."""

import json
from typing import Any

import pytest
from markdown_it import MarkdownIt

from baton.domain.commands import parse_command
from baton.domain.fold import fold
from baton.domain.vocabulary import CommandName, Phase, Role, State
from tests.journals import STORIES
from tests.unit.domain.driver import Driver, make_terms
from workflows.details import current_details
from workflows.signal_to_send import signal_to_send

FAILED: dict[str, Any] = {"all_tests_passed": False, "tests_run": 9, "tests_failed": 1, "test_coverage": 91.5}
HOSTILE = "[x](http://evil) ![y](http://evil/z.png) <img src=1> `a` **b** | c\n```\n# d"


def shown(driver: Driver) -> str:
    return current_details(driver.view).replace("\u00a0", "")


def waiting() -> dict[str, Driver]:
    """A build for each thing that builds wait for."""
    asked, paused, parked, limited = Driver(), Driver(), Driver(), Driver(make_terms(limits={"rework_rounds": 0}))
    asked.report(questions=[{"id": "Q-1", "text": "Which?"}])
    paused.send("pause")
    parked.fail()
    limited.until("testing").report(**FAILED)
    by_hand = Driver(make_terms(manual=list(Role)))
    return {
        "answer": asked,
        "resume": paused,
        "decision": parked,
        "limit": limited,
        "report": by_hand,
        "handoff": Driver(make_terms(manual=list(Role))).until("handoff_to_coder"),
        "approval": Driver(make_terms(approvals={State.HANDOFF_TO_CODER: {}})).until("handoff_to_coder"),
    }


@pytest.mark.parametrize("name", waiting())
def test_the_signal_that_is_offered_is_one_that_the_build_takes(name: str) -> None:
    driver = waiting()[name]
    signal = signal_to_send(driver.view)
    assert signal is not None
    command = parse_command(CommandName(signal.name), json.loads(signal.data))
    before = driver.view.head.sequence
    driver.keep(driver.build.handle(command, driver.now))
    assert driver.view.head.sequence > before
    assert signal.data in current_details(waiting()[name].view)


def test_a_build_that_works_offers_no_signal() -> None:
    assert signal_to_send(Driver().view) is None
    assert "Send a Signal" not in shown(Driver())


def test_a_limit_that_was_raised_is_followed_by_a_retry() -> None:
    driver = waiting()["limit"]
    driver.send("extend_limits", limits={"rework_rounds": 5})
    signal = signal_to_send(driver.view)
    assert signal is not None
    assert signal.name == "request_retry"


def test_work_that_came_back_is_shown_with_its_findings() -> None:
    driver = Driver().until("testing")
    driver.report(
        **FAILED, findings=[{"message": f"wrong {n}", "evidence": "t", "criterion": "AC-1"} for n in range(5)]
    )
    details = shown(driver)
    assert "**Back from testing.** 1 of the tests failed" in details
    assert "- wrong 0 (AC-1)\n- wrong 1 (AC-1)\n- wrong 2 (AC-1)\n- and 2 more" in details
    assert "| ● | implementation\u00d72 | at work |" in details
    assert "| ↺ | testing | sent back |" in details


def test_phases_are_shown_with_what_came_of_them() -> None:
    details = shown(Driver().until("complete"))
    assert details.startswith("### complete · complete · 100 %")
    assert "| ✓ | testing | 9 tests, 91.5 % covered |" in details
    assert "| ✓ | implementation | commit c0de |" in details
    assert details.endswith("6 of 50 phase runs · 0 of 5 rework rounds")


def test_approvals_and_waivers_are_shown_with_their_reasons() -> None:
    driver = waiting()["approval"]
    driver.send("approve", expected_state="handoff_to_coder", reason="good *plan*")
    assert r"- 2026-01-05 09:00 UTC: lead approved handoff to coder: good \*plan\*" in shown(driver)


@pytest.mark.parametrize("name", STORIES)
def test_every_moment_of_a_build_can_be_shown(name: str) -> None:
    entries = STORIES[name]().entries
    for count in range(1, len(entries) + 1):
        rows = [line for line in current_details(fold(entries[:count])).splitlines() if line.startswith("| ")]
        assert len(rows) == 1 + len(Phase)


def test_nothing_from_outside_becomes_a_link_a_picture_or_a_block() -> None:
    asked = Driver()
    asked.report(questions=[{"id": HOSTILE, "text": HOSTILE}], summary=HOSTILE)
    back = Driver().until("testing")
    back.report(**FAILED, findings=[{"message": HOSTILE, "evidence": "t", "criterion": HOSTILE}])
    parked = Driver()
    parked.fail(message=HOSTILE)
    for driver in (asked, back, parked):
        tokens = MarkdownIt("commonmark").enable("table").parse(current_details(driver.view))
        kinds = {child.type for token in tokens for child in [token, *(token.children or [])]}
        assert kinds.isdisjoint({"link_open", "image", "html_inline", "html_block"})
        assert [token.tag for token in tokens if token.type == "heading_open"] == ["h3"]
