"""Forks over HTTP: begun once, told at both ends, and refused with a reason."""

from time import monotonic, sleep
from typing import Any

import httpx2

from baton.store.ids import build_key
from tests.integration.web.api.house import House


def _fork(there: House, build: str, *, who: str = "grace", key: str | None = None, **body: Any) -> httpx2.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return there.as_(who).post(f"/api/workflows/{build}/fork", json=body, headers=headers)


def test_a_complete_build_is_forked_and_carried_to_complete_again(there: House) -> None:
    build = there.start(build_id="fork-1")["workflow_id"]
    there.carry(build)
    told = _fork(there, build, phase="TESTING", build_id="fork-1.b", reason="measure again").json()
    status = there.grace.get(f"/api/workflows/{told['workflow_id']}/status").json()

    assert told["workflow_id"] == str(build_key("fork-1.b"))
    assert (told["current_state"], told["current_role"], told["status"]) == ("testing", "test_auditor", "waiting")
    assert told["forked_from"] == status["forked_from"]
    assert (status["forked_from"]["build_id"], status["forked_from"]["phase"]) == ("fork-1", "testing")
    assert status["completed_phases"] == ["discovery", "planning", "implementation"]
    assert status["feedback"]["reason"] == "measure again"
    assert there.carry(told["workflow_id"])["status"] == "complete"
    assert there.grace.get(f"/api/workflows/{build}/status").json()["forked_from"] is None
    first = there.grace.get(f"/api/workflows/{told['workflow_id']}/journal").json()["entries"][0]
    assert first["actor"] == {"kind": "person", "id": "grace", "role": None}

    there.until_sql_knows("fork-1.b", "complete")
    listed = there.grace.get(f"/api/workflows/{build}/forks").json()
    assert [(one["build_id"], one["phase"], one["status"]) for one in listed["forks"]] == [
        ("fork-1.b", "testing", "complete")
    ]
    assert there.grace.get("/api/workflows/fork-1.b/forks").json()["forks"] == []


def test_a_key_makes_one_fork_also_when_the_build_has_gone_on(there: House) -> None:
    build = there.start(build_id="fork-2")["workflow_id"]
    there.carry(build, until="handoff_to_tester")
    first = _fork(there, build, key="k-1", phase="planning").json()
    there.grace.post(f"/api/workflows/{build}/rollback", json={"target_state": "planning", "reason": "again"})
    again = _fork(there, build, key="k-1", phase="planning").json()
    another = _fork(there, build, key="k-2", phase="planning").json()
    somebody = _fork(there, build, who="builder", key="k-1", phase="planning").json()

    assert first["build_id"] == again["build_id"]
    assert len({one["build_id"] for one in (first, another, somebody)}) == 3
    reused = there.grace.post(
        f"/api/workflows/{first['workflow_id']}/pause", json={}, headers={"Idempotency-Key": "k-1"}
    )
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    taken = _fork(there, build, key="k-3", phase="planning", build_id=first["build_id"])
    assert (taken.status_code, taken.json()["code"]) == (409, "start_differs")


def test_what_cannot_be_forked_is_told_with_a_reason(there: House) -> None:
    build = there.start(build_id="fork-3")["workflow_id"]
    refusals = [
        (_fork(there, build, phase="testing"), 409, "phase_not_reached", "has never been in testing"),
        (_fork(there, build, phase="discovery", at=7), 409, "phase_not_reached", "did not begin with entry 7"),
        (_fork(there, build, phase="discovery", profile="nowhere"), 409, "not_opened", "could not begin"),
        (_fork(there, build, phase="discovery", limits={"rework_rounds": 1}), 409, "not_opened", "already"),
        (_fork(there, build, phase="discovery", limits={}), 422, "malformed", "no budget"),
        (_fork(there, build, phase="testing", build_id="no way"), 422, "malformed", "build_id"),
        (_fork(there, "nowhere", phase="discovery"), 404, "not_found", "no build"),
        (_fork(there, _never_opened(there), phase="discovery"), 404, "not_opened", "could not begin"),
        (_fork(there, build, who="viewer", phase="discovery"), 403, "forbidden", "fork"),
        (
            _fork(there, build, who="builder", phase="discovery", limits={"tokens": 9}),
            403,
            "forbidden",
            "extend_limits",
        ),
    ]
    for answer, status, code, words in refusals:
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert words in answer.json()["detail"]


def _never_opened(there: House) -> str:
    asked = {"build_id": "fork-never", "requirements": "# T", "profile": "nowhere"}
    assert there.grace.post("/api/workflows/birds/start", json=asked).status_code == 409
    return "fork-never"


def test_the_pages_of_both_lead_to_each_other(there: House) -> None:
    build = there.start(build_id="fork-4")["workflow_id"]
    _fork(there, build, phase="discovery", build_id="fork-4.b")
    there.until_sql_knows("fork-4.b", "waiting")
    with there.gateway.client() as browser:
        browser.post("/login", data={"token": there.tokens["grace"]})
        deadline = monotonic() + 20
        while '<a class="mono" href="/builds/fork-4.b">' not in browser.get("/builds/fork-4").text:
            assert monotonic() < deadline
            sleep(0.1)
        page = browser.get("/builds/fork-4.b").text
    assert '<a class="mono" href="/builds/fork-4">fork-4</a> at discovery, entry 1' in page
