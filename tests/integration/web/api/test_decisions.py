"""Every other command, as people and programs send it."""

import pytest

from tests.integration.web.api.house import House


def test_an_approval_lets_the_release_go_on(there: House) -> None:
    build = there.start(build_id="approved-1", profile="guarded")["workflow_id"]
    told = there.carry(build, until="handoff_to_releaser")
    assert told["pending_approval"]["approvers"] == ["approver", "grace"]

    stale = there.as_("approver").post(f"/api/workflows/{build}/approve", json={"expected_state": "handoff_to_coder"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_state")
    given = there.as_("approver").post(
        f"/api/workflows/{build}/approve", json={"expected_state": "HANDOFF_TO_RELEASER", "reason": "good"}
    )
    assert given.status_code == 200, given.text
    again = there.as_("approver").post(f"/api/workflows/{build}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "no_approval_pending")

    status = there.grace.get(f"/api/workflows/{build}/status").json()
    assert [(one["by"], one["reason"]) for one in status["approvals"]] == [("approver", "good")]
    journal = there.grace.get(f"/api/workflows/{build}/journal").json()["entries"]
    assert journal[-1]["actor"] == {"kind": "person", "id": "approver", "role": None}


def test_a_refusal_parks_the_build_with_its_reason(there: House) -> None:
    build = there.start(build_id="refused-1", profile="guarded")["workflow_id"]
    there.carry(build, until="handoff_to_releaser")
    told = there.as_("approver").post(f"/api/workflows/{build}/refuse", json={"reason": "no changelog"}).json()
    assert (told["new_state"], told["next_role"], told["status"]) == ("error", None, "error")
    assert "no changelog" in there.grace.get(f"/api/workflows/{build}/status").json()["parked"]["message"]


def test_a_paused_build_takes_no_report_until_it_is_resumed(there: House) -> None:
    build = there.start(build_id="paused-1")["workflow_id"]
    route = f"/api/workflows/{build}"
    assert there.grace.post(f"{route}/pause").json()["status"] == "paused"
    report = there.grace.post(f"{route}/advance", json={"role": "q_assistant", "completed_state": "discovery"})
    assert (report.status_code, report.json()["code"]) == (409, "paused")
    assert there.grace.post(f"{route}/resume", json={"reason": "go on"}).json()["status"] == "waiting"
    again = there.grace.post(f"{route}/resume")
    assert (again.status_code, again.json()["code"]) == (409, "not_paused")


def test_a_question_is_answered_and_one_that_was_not_asked_is_not(there: House) -> None:
    build = there.start(build_id="asked-1")["workflow_id"]
    route = f"/api/workflows/{build}"
    asked = there.report(build, "q_assistant", "discovery", {"questions": [{"id": "Q-1", "text": "Which dots?"}]})
    assert asked["new_state"] == "discovery"
    assert there.grace.get(f"{route}/status").json()["questions"][0]["text"] == "Which dots?"

    wrong = there.grace.post(f"{route}/answer", json={"question_id": "Q-9", "answer": "All."})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "no_such_question")
    assert there.grace.post(f"{route}/answer", json={"question_id": "Q-1", "answer": "All."}).status_code == 200
    assert there.grace.get(f"{route}/status").json()["questions"][0]["answer"] == "All."


def test_a_build_parked_at_its_limit_goes_on_when_the_limit_is_raised(there: House) -> None:
    build = there.start(build_id="limited-1", profile="guarded")["workflow_id"]
    route = f"/api/workflows/{build}"
    there.carry(build, until="handoff_to_tester")
    failing = {"tests_run": 3, "tests_failed": 1}
    assert there.report(build, "test_auditor", "testing", failing)["new_state"] == "implementation"
    there.report(build, "code_writer", "implementation", {"summary": "again"})
    assert there.report(build, "test_auditor", "testing", failing)["new_state"] == "error"

    assert there.grace.get(f"{route}/status").json()["limits"]["rework_rounds"] == 1
    lower = there.grace.post(f"{route}/extend-limits", json={"limits": {"rework_rounds": 1}})
    assert (lower.status_code, lower.json()["code"]) == (409, "malformed")
    assert there.grace.post(f"{route}/extend-limits", json={"limits": {"rework_rounds": 3}}).status_code == 200
    assert there.grace.post(f"{route}/request-retry", json={"reason": "more room"}).status_code == 200


def test_a_finding_is_waived_by_who_may(there: House) -> None:
    build = there.start(build_id="waived-1")["workflow_id"]
    there.carry(build, until="handoff_to_tester")
    gone = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old", "severity": "warning"}
    there.report(
        build, "test_auditor", "testing", {"tests_run": 1, "tests_failed": 0, "test_coverage": 90, "findings": [gone]}
    )
    route = f"/api/workflows/{build}/waive"
    unknown = there.as_("approver").post(route, json={"finding_id": "dilution-9", "reason": "on request"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_finding")
    assert there.as_("approver").post(route, json={"finding_id": "dilution-1", "reason": "ok"}).status_code == 200
    status = there.grace.get(f"/api/workflows/{build}/status").json()
    assert [(one["finding_id"], one["by"]) for one in status["waivers"]] == [("dilution-1", "approver")]


def test_an_abandoned_build_has_failed_and_takes_nothing_more(there: House) -> None:
    build = there.start(build_id="abandoned-1")["workflow_id"]
    told = there.grace.post(f"/api/workflows/{build}/abandon", json={"reason": "nobody wants it"}).json()
    assert told["status"] == "failed"
    late = there.grace.post(
        f"/api/workflows/{build}/advance", json={"role": "q_assistant", "completed_state": "discovery"}
    )
    assert (late.status_code, late.json()["code"]) == (409, "already_ended")


def test_a_cancelled_build_ends_and_its_journal_names_who_had_it_cancelled(there: House) -> None:
    build = there.start(build_id="cancelled-1")["workflow_id"]
    route = f"/api/workflows/{build}"
    told = there.as_("builder").post(f"{route}/cancel", json={"reason": "stopped"})
    assert (told.status_code, told.json()["status"]) == (202, "cancelling")
    there.until_sql_knows("cancelled-1", "cancelled")

    last = there.grace.get(f"{route}/journal").json()["entries"][-1]
    assert (last["kind"], last["data"]["reason"]) == ("build_cancelled", "builder: stopped")
    again = there.grace.post(f"{route}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "already_ended")
    same = there.grace.post(f"{route}/cancel", headers={"Idempotency-Key": "stop-1"})
    assert (same.status_code, same.json()["duplicate"]) == (202, True)


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("advance", {"role": "code_writer", "completed_state": "implementation", "actor": {"id": "root"}}),
        ("pause", {"actor": {"id": "root"}}),
        ("cancel", {"reasn": "stopped"}),
        ("rollback", {"target_state": "complete", "reason": "x"}),
        ("rollback", {"target_state": "planning", "reason": "   "}),
        ("extend-limits", {"limits": {}}),
        ("extend-limits", {"limits": {"rework_rounds": 1.5}}),
        ("request-retry", {}),
    ],
)
def test_a_body_of_another_form_is_refused_and_says_where(there: House, command: str, body: dict[str, object]) -> None:
    build = there.standing("malformed-1")
    told = there.grace.post(f"/api/workflows/{build}/{command}", json=body)
    assert (told.status_code, told.json()["code"]) == (422, "malformed")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["detail"].startswith(("What was sent cannot be used: body", "limits names no budget"))
