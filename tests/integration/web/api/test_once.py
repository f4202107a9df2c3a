"""Commands are carried out once, and two that come at once do not both win."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2

from tests.integration.web.api.house import House


def _send(there: House, build: str, command: str, key: str, body: dict[str, Any] | None = None) -> httpx2.Response:
    headers = {"Idempotency-Key": key}
    return there.grace.post(f"/api/workflows/{build}/{command}", json=body or {}, headers=headers)


def test_a_command_with_the_same_key_is_carried_out_once_and_answered_the_same(there: House) -> None:
    build = there.start(build_id="once-1")["workflow_id"]
    key, report = str(uuid4()), {"role": "q_assistant", "completed_state": "discovery"}
    first = _send(there, build, "advance", key, report)
    there.report(build, "q_assistant", "planning", {"output": {"steps": ["x"]}})  # the build moves on meanwhile
    again = _send(there, build, "advance", key, report)

    assert first.json()["duplicate"] is False
    assert again.json() == first.json() | {"duplicate": True}
    entries = there.grace.get(f"/api/workflows/{build}/journal").json()["entries"]
    assert [entry["sequence"] for entry in entries if entry["command_id"] == key] == [2]


def test_the_last_report_of_a_build_can_be_repeated_when_its_answer_was_lost(there: House) -> None:
    build = there.start(build_id="once-2")["workflow_id"]
    there.carry(build, until="handoff_to_releaser")
    report = {
        "role": "release_manager",
        "completed_state": "deployment",
        "phase_result": {"deployment_successful": True},
    }
    first = _send(there, build, "advance", "last", report).json()
    there.until_sql_knows("once-2", "complete")
    again = _send(there, build, "advance", "last", report)

    assert (again.status_code, again.json()) == (200, first | {"duplicate": True})
    assert again.json()["is_complete"] is True


def test_a_key_of_another_command_is_not_taken_for_this_one(there: House) -> None:
    build = there.start(build_id="once-3")["workflow_id"]
    assert _send(there, build, "pause", "k").status_code == 200
    other = _send(there, build, "advance", "k", {"role": "q_assistant", "completed_state": "discovery"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    headers = {"Idempotency-Key": "k"}
    somebody = there.as_("builder").post(f"/api/workflows/{build}/pause", headers=headers)
    assert (somebody.status_code, somebody.json()["code"]) == (409, "key_reused")


def test_a_key_has_visible_characters(there: House) -> None:
    build = there.standing("once-keys")
    for key in ("has a space", "x" * 201):
        assert _send(there, build, "pause", key).status_code == 422


def test_of_two_reports_that_come_at_once_one_is_refused(there: House) -> None:
    build = there.start(build_id="race-1")["workflow_id"]
    together = threading.Barrier(2)

    def report(_: int) -> int:
        with there.gateway.client(there.tokens["grace"]) as client:
            together.wait(10)
            return client.post(
                f"/api/workflows/{build}/advance", json={"role": "q_assistant", "completed_state": "discovery"}
            ).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(report, range(2))) == [200, 409]


def test_the_same_report_twice_at_once_is_carried_out_once(there: House) -> None:
    build = there.start(build_id="race-2")["workflow_id"]
    together = threading.Barrier(2)

    def report(_: int) -> httpx2.Response:
        with there.gateway.client(there.tokens["grace"], **{"Idempotency-Key": "both"}) as client:
            together.wait(10)
            return client.post(
                f"/api/workflows/{build}/advance", json={"role": "q_assistant", "completed_state": "discovery"}
            )

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(report, range(2)))
    assert [one.status_code for one in told] == [200, 200]
    assert told[0].json() | {"duplicate": False} == told[1].json() | {"duplicate": False}
    assert len(there.grace.get(f"/api/workflows/{build}/journal").json()["entries"]) == 2


def test_of_many_starts_with_one_id_and_different_requests_one_wins(there: House) -> None:
    together = threading.Barrier(4)

    def start(number: int) -> int:
        with there.gateway.client(there.tokens["grace"]) as client:
            together.wait(10)
            return client.post(
                "/api/workflows/birds/start", json={"build_id": "race-3", "requirements": f"# {number}"}
            ).status_code

    with ThreadPoolExecutor(4) as all_:
        assert sorted(all_.map(start, range(4))) == [200, 409, 409, 409]
