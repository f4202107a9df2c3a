"""The contract of the earlier REST interface, route by route."""

from uuid import UUID

from baton.domain.vocabulary import Role
from baton.store.ids import build_key
from tests.integration.web.api.house import House


def test_a_build_is_started_and_says_who_is_to_do_what(there: House) -> None:
    told = there.start(build_id="contract-1", requirements="# Slugs\n\nfor titles", metadata={"ticket": "B-1"})

    assert UUID(told["workflow_id"]) == build_key("contract-1")
    assert {name: told[name] for name in ("build_id", "initial_state", "status", "current_role", "next_role")} == {
        "build_id": "contract-1",
        "initial_state": "discovery",
        "status": "started",
        "current_role": "q_assistant",
        "next_role": "code_writer",
    }
    assert f"POST /api/workflows/{told['workflow_id']}/advance" in told["instructions"]
    status = there.grace.get(f"/api/workflows/{told['workflow_id']}/status").json()
    assert (status["title"], status["profile"], status["metadata"]) == ("Slugs", "manual", {"ticket": "B-1"})


def test_the_title_is_that_of_the_command_line_and_without_any_the_build_id(there: House) -> None:
    for number, (requirements, title) in enumerate(
        [
            ("Make me a tool.\n\n- fast", "Make me a tool."),
            ({"title": "A thing", "wants": ["speed"]}, "A thing"),
            ({"wants": ["speed"]}, "titled-2"),
            ({"title": "An issue", "body": "Do it.", "number": 7}, "An issue"),
        ]
    ):
        build = there.start(build_id=f"titled-{number}", requirements=requirements)["workflow_id"]
        assert there.grace.get(f"/api/workflows/{build}/status").json()["title"] == title


def test_the_same_request_is_answered_with_the_same_build_and_another_is_refused(there: House) -> None:
    first = there.start(build_id="twice-1")
    there.report(first["workflow_id"], Role.Q_ASSISTANT, "discovery")

    again = there.start(build_id="twice-1")
    assert again["workflow_id"] == first["workflow_id"]
    assert (again["initial_state"], again["current_state"]) == ("discovery", "planning")

    other = there.grace.post(
        "/api/workflows/birds/start", json={"build_id": "twice-1", "user_id": "ada", "requirements": "# Another"}
    )
    assert (other.status_code, other.json()["code"]) == (409, "start_differs")


def test_reports_carry_a_build_from_state_to_state_to_complete(there: House) -> None:
    build = there.start(build_id="whole-1")["workflow_id"]
    taken = there.report(build, "Q_Assistant", "DISCOVERY", {"output": {"acceptance_criteria": []}})
    assert (taken["previous_state"], taken["new_state"], taken["next_role"]) == ("discovery", "planning", "q_assistant")
    assert taken["handoff_data"] is None
    assert taken["state_description"].startswith("Plan the work")

    planned = there.report(build, "q_assistant", "planning", {"output": {"steps": ["write it"]}})
    assert (planned["new_state"], planned["next_role"]) == ("handoff_to_coder", "code_writer")
    assert planned["handoff_data"] == {"output": {"steps": ["write it"]}}

    assert there.report(build, "code_writer", "handoff_to_coder")["handoff_data"] is None
    assert there.carry(build, until="handoff_to_releaser")["progress"] == 83.3
    released = there.report(build, "release_manager", "deployment", {"deployment_successful": True})
    assert (released["new_state"], released["next_role"], released["is_complete"]) == ("complete", None, True)
    assert released["handoff_data"] == {"deployment_successful": True}


def test_failed_tests_send_the_work_back_with_what_was_found(there: House) -> None:
    build = there.start(build_id="rework-1")["workflow_id"]
    there.carry(build, until="handoff_to_tester")
    back = there.report(
        build, "test_auditor", "testing", {"tests_run": 3, "tests_failed": 1, "findings": ["test_add fails"]}
    )
    assert (back["new_state"], back["next_role"]) == ("implementation", "code_writer")
    assert "1 of the tests failed" in back["handoff_data"]["reason"]

    status = there.grace.get(f"/api/workflows/{build}/status").json()
    assert status["feedback"]["from_state"] == "testing"
    assert "test_add fails" in [found["message"] for found in status["findings"]]
    assert status["ledger"]["rework_rounds"] == 1


def test_the_status_tells_the_whole_view(there: House) -> None:
    build = there.start(build_id="view-1")["workflow_id"]
    told = there.carry(build, until="handoff_to_verifier")

    wanted = ("current_state", "current_role", "next_role", "status", "completed_phases", "source", "notice")
    assert {name: told[name] for name in wanted} == {
        "current_state": "handoff_to_verifier",
        "current_role": "verification_overseer",
        "next_role": "release_manager",
        "status": "waiting",
        "completed_phases": ["discovery", "planning", "implementation", "testing"],
        "source": "temporal",
        "notice": None,
    }
    assert [one["to_role"] for one in told["handoff_history"]] == [
        "code_writer",
        "test_auditor",
        "verification_overseer",
    ]
    assert told["next_expectations"] == {"role": "verification_overseer", "task": "Take over the tested commit."}
    assert told["waiting_for"]["kind"] == "report"
    assert told["elapsed_time"] > 0
    assert told["created_at"] <= told["updated_at"]
    assert told["completed_at"] is None


def test_the_history_tells_the_last_handoffs_with_what_was_handed_over(there: House) -> None:
    build = there.start(build_id="history-1")["workflow_id"]
    there.carry(build)

    told = there.grace.get(f"/api/workflows/{build}/history", params={"limit": 2}).json()
    assert told["total"] == 5
    assert [(one["from_role"], one["to_role"]) for one in told["history"]] == [
        ("verification_overseer", "release_manager"),
        ("release_manager", None),
    ]
    assert told["history"][0]["data_transferred"] == {"approved_for_deployment": True}


def test_a_rollback_needs_no_expected_state_and_refuses_a_stale_one(there: House) -> None:
    build = there.start(build_id="rollback-1")["workflow_id"]
    there.carry(build, until="handoff_to_tester")
    route = f"/api/workflows/{build}/rollback"

    stale = there.grace.post(
        route, json={"target_state": "planning", "reason": "again", "expected_state": "implementation"}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_state")
    assert (
        there.grace.post(route, json={"target_state": "PLANNING", "reason": "again"}).json()["new_state"] == "planning"
    )


def test_a_retry_is_refused_where_nothing_has_failed_and_given_where_something_has(there: House) -> None:
    build = there.start(build_id="retry-1", profile="guarded")["workflow_id"]
    there.carry(build, until="handoff_to_releaser")
    route = f"/api/workflows/{build}/request-retry"

    early = there.grace.post(route, json={"reason": "now"})
    assert (early.status_code, early.json()["code"]) == (409, "not_parked")
    parked = there.grace.post(f"/api/workflows/{build}/refuse", json={"reason": "not before Monday"}).json()
    assert (parked["new_state"], parked["status"]) == ("error", "error")
    retried = there.grace.post(route, json={"reason": "it is Monday"}).json()
    assert (retried["previous_state"], retried["new_state"]) == ("error", "implementation")


def test_statistics_are_those_of_the_project(there: House) -> None:
    done = there.start(project="cats", build_id="stats-1")["workflow_id"]
    there.carry(done)
    there.start(project="cats", build_id="stats-2")
    given_up = there.start(project="cats", build_id="stats-3")["workflow_id"]
    there.grace.post(f"/api/workflows/{given_up}/abandon", json={"reason": "nobody wants it"})
    there.until_sql_knows("stats-1", "complete")
    there.until_sql_knows("stats-2", "waiting")
    there.until_sql_knows("stats-3", "failed")

    told = there.grace.get("/api/workflows/project/cats/stats").json()
    wanted = ("total", "completed", "in_progress", "failed", "success_rate", "average_handoffs")
    assert {name: told[name] for name in wanted} == {
        "total": 3,
        "completed": 1,
        "in_progress": 1,
        "failed": 1,
        "success_rate": 50.0,
        "average_handoffs": 5.0,
    }
    assert told["average_duration"] > 0
    assert told["most_common_failure_point"] == "discovery"  # where one was given up
    assert there.grace.get("/api/workflows/project/nowhere/stats").json()["total"] == 0


def test_a_build_has_three_names(there: House) -> None:
    told = there.start(build_id="names-1")
    for name in (told["workflow_id"], told["workflow_id"].upper(), "build-names-1", "names-1"):
        assert there.grace.get(f"/api/workflows/{name}/status").json()["build_id"] == "names-1"


def test_a_build_whose_id_looks_like_another_s_workflow_is_found_by_its_own(there: House) -> None:
    there.start(build_id="build-odd-1")
    assert there.grace.get("/api/workflows/build-odd-1/status").json()["build_id"] == "build-odd-1"
    there.start(build_id="odd-1")
    assert there.grace.get("/api/workflows/build-odd-1/status").json()["build_id"] == "odd-1"
    assert there.grace.get("/api/workflows/build-build-odd-1/status").json()["build_id"] == "build-odd-1"
