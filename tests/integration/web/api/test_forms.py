"""What cannot be read, is too large, or does not exist, and how that is told."""

import json
from typing import Any

from tests.integration.web.api.house import House


def test_every_error_is_a_problem_with_a_code_a_title_and_a_sentence(there: House) -> None:
    told = there.grace.get("/api/workflows/nowhere/status")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json() == {
        "type": "urn:baton:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no build 'nowhere'. GET /api/workflows lists those there are",
        "code": "not_found",
    }


def test_a_body_that_is_no_json_is_told_from_one_of_another_form(there: House) -> None:
    route = "/api/workflows/birds/start"
    broken = there.grace.post(route, content=b'{"build_id": ', headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "not_json")
    missing = there.grace.post(route, json={"build_id": "x"})
    assert (missing.status_code, missing.json()["errors"][0]["where"]) == (422, "body.requirements")
    unknown = there.grace.post(route, json={"build_id": "x", "requirements": "# T", "profil": "manual"})
    assert unknown.json()["errors"][0] == {"where": "body.profil", "what": "Extra inputs are not permitted"}


def _start(there: House, **body: Any) -> tuple[int, str]:
    told = there.grace.post(
        "/api/workflows/birds/start",
        content=json.dumps({"build_id": "forms-1", "requirements": "# T"} | body),
        headers={"Content-Type": "application/json"},
    )
    return told.status_code, told.json()["code"]


def test_requests_that_nothing_can_be_built_from_are_refused(there: House) -> None:
    assert _start(there, requirements="  \n ") == (422, "malformed")
    assert _start(there, requirements={}) == (422, "malformed")
    assert _start(there, build_id="../x") == (422, "malformed")
    assert _start(there, ref="main") == (422, "malformed")
    assert _start(there, metadata={"x": float("nan")}) == (422, "malformed")
    assert _start(there, metadata={"x": 1e305}) == (422, "malformed")
    assert _start(there, requirements={"title": "T", "body": "", "number": 3}) == (422, "bad_input")
    assert _start(there, requirements="x" * 300_000) == (413, "request_too_large")
    assert _start(there, requirements="x" * 3_000_000) == (413, "content_too_large")


def test_a_report_that_is_too_large_is_refused(there: House) -> None:
    build = there.standing("forms-2")
    told = there.grace.post(
        f"/api/workflows/{build}/advance",
        json={"role": "q_assistant", "completed_state": "discovery", "phase_result": {"summary": "x" * 300_000}},
    )
    assert (told.status_code, told.json()["code"]) == (413, "report_too_large")


def test_a_report_out_of_turn_is_refused(there: House) -> None:
    build = there.standing("forms-3")
    route = f"/api/workflows/{build}/advance"
    early = there.grace.post(route, json={"role": "test_auditor", "completed_state": "testing"})
    assert (early.status_code, early.json()["code"]) == (409, "stale_state")
    other = there.grace.post(route, json={"role": "code_writer", "completed_state": "discovery"})
    assert (other.status_code, other.json()["code"]) == (409, "wrong_role")
    skipping = there.grace.post(
        route, json={"role": "q_assistant", "completed_state": "discovery", "next_state": "TESTING"}
    )
    assert (skipping.status_code, skipping.json()["code"]) == (409, "skipped_phase")


def test_names_that_name_nothing_are_not_found_and_harm_nothing(there: House) -> None:
    for name in ("%00", "..%2f..%2fetc", "build-", "build-%0a", "💥", "0" * 36, "x" * 200, "'%20OR%201=1"):
        assert there.grace.get(f"/api/workflows/{name}/status").status_code == 404, name
    assert there.grace.get(f"/api/workflows/{'x' * 201}/status").status_code == 422
    assert there.grace.get("/api/workflows/00000000-0000-0000-0000-000000000000/status").status_code == 404


def test_methods_that_a_route_does_not_have_are_named(there: House) -> None:
    told = there.grace.delete("/api/workflows")
    assert (told.status_code, told.headers["allow"], told.json()["code"]) == (405, "GET", "method_not_allowed")
