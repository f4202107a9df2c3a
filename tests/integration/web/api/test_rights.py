"""Who may do what, and who stands in the journal."""

from typing import Any

import pytest

from baton.domain.access import COMMANDS_OF
from tests.integration.web.api.house import ROLES, House

BODIES: dict[str, dict[str, Any]] = {
    "advance": {"role": "q_assistant", "completed_state": "discovery"},
    "request-retry": {"reason": "x"},
    "rollback": {"reason": "x", "target_state": "discovery"},
    "approve": {},
    "refuse": {"reason": "x"},
    "answer": {"question_id": "Q-1", "answer": "x"},
    "pause": {},
    "resume": {},
    "extend-limits": {"limits": {"rework_rounds": 9}},
    "abandon": {"reason": "x", "expected_state": "deployment"},
    "waive": {"finding_id": "F-1", "reason": "x"},
    "fork": {"phase": "discovery"},
    "cancel": {"reason": "x"},
}


@pytest.mark.parametrize("who", [name for name in ROLES if name != "grace"])
def test_a_token_gives_the_commands_of_its_role_and_no_others(there: House, who: str) -> None:
    allowed = {action.value for action in COMMANDS_OF[ROLES[who]]}
    build = there.standing(f"rights-{who}")
    client = there.as_(who)
    for command, body in BODIES.items():
        told = client.post(f"/api/workflows/{build}/{command}", json=body)
        if command.replace("-", "_") in allowed:
            assert told.status_code != 403 or told.json()["code"] == "not_an_approver", (command, told.text)
        else:
            assert (told.status_code, told.json()["code"]) == (403, "forbidden"), (command, told.text)
    started = client.post("/api/workflows/birds/start", json={"build_id": f"by-{who}", "requirements": "# T"})
    assert started.status_code == (200 if "start" in allowed else 403)
    assert client.get(f"/api/workflows/{build}/status").status_code == 200


def test_an_agent_reports_for_its_own_role_alone(there: House) -> None:
    build = there.start(build_id="agent-1")["workflow_id"]
    route = f"/api/workflows/{build}/advance"
    other = there.as_("ide").post(route, json={"role": "q_assistant", "completed_state": "discovery"})
    assert (other.status_code, other.json()["detail"]) == (
        403,
        "This token plays code_writer and cannot act as q_assistant",
    )

    there.carry(build, until="handoff_to_coder")
    own = there.as_("ide").post(
        route, json={"role": "code_writer", "completed_state": "implementation", "phase_result": {"summary": "done"}}
    )
    assert own.status_code == 200, own.text
    entries = there.grace.get(f"/api/workflows/{build}/journal").json()["entries"]
    assert entries[-1]["actor"] == {"kind": "agent", "id": "ide", "role": "code_writer"}


def test_the_journal_names_the_token_that_had_a_build_started_whatever_the_body_claims(there: House) -> None:
    told = there.as_("builder").post(
        "/api/workflows/birds/start", json={"build_id": "claims-1", "user_id": "the-boss", "requirements": "# T"}
    )
    first = there.grace.get(f"/api/workflows/{told.json()['workflow_id']}/journal").json()["entries"][0]
    assert first["actor"] == {"kind": "person", "id": "builder", "role": None}
    assert first["data"]["request"]["user_id"] == "the-boss"
    there.until_sql_knows("claims-1", "waiting")
    assert there.grace.get("/api/workflows", params={"user": "the-boss"}).json()["builds"][0]["build_id"] == "claims-1"


def test_without_a_user_the_token_s_name_is_the_user(there: House) -> None:
    told = there.as_("builder").post("/api/workflows/birds/start", json={"build_id": "mine-1", "requirements": "# T"})
    assert there.grace.get(f"/api/workflows/{told.json()['workflow_id']}/status").json()["user_id"] == "builder"


def test_projects_of_others_do_not_exist(there: House) -> None:
    told = there.start(build_id="hidden-1")
    there.until_sql_knows("hidden-1", "waiting")
    stranger = there.as_("stranger")
    for name in (told["workflow_id"], "build-hidden-1", "hidden-1"):
        unseen = stranger.get(f"/api/workflows/{name}/status")
        none = stranger.get(f"/api/workflows/{name.replace('1', '2')}/status")
        assert unseen.status_code == none.status_code == 404
        assert unseen.json()["detail"].replace(name, "") == none.json()["detail"].replace(name.replace("1", "2"), "")
    for route in ("history", "journal", "artifacts", "artifacts/x.tar.gz", "diff", "forks"):
        assert stranger.get(f"/api/workflows/hidden-1/{route}").status_code == 404
    for command, body in BODIES.items():
        assert stranger.post(f"/api/workflows/hidden-1/{command}", json=body).status_code == 404
    assert stranger.get("/api/workflows").json()["builds"] == []
    assert stranger.get("/api/inbox").json()["total"] == 0
    assert stranger.get("/api/workflows/project/birds/stats").json()["total"] == 0
    other = stranger.post("/api/workflows/birds/start", json={"build_id": "x-1", "requirements": "# T"})
    assert other.status_code == 404
    assert (
        stranger.post("/api/workflows/fish/start", json={"build_id": "x-1", "requirements": "# T"}).status_code == 200
    )
    assert [one["build_id"] for one in _listed(there, "x-1")] == ["x-1"]


def _listed(there: House, build_id: str) -> list[dict[str, Any]]:
    there.until_sql_knows(build_id, "waiting")
    builds: list[dict[str, Any]] = there.as_("stranger").get("/api/workflows").json()["builds"]
    return builds


def test_a_path_on_the_workers_is_a_repository_for_admins_alone(there: House) -> None:
    asked = {"build_id": "path-1", "requirements": "# T", "repo": "/srv/secret.git"}
    told = there.as_("builder").post("/api/workflows/birds/start", json=asked)
    assert (told.status_code, told.json()["code"]) == (403, "forbidden")
    for address in ("file:///srv/secret.git", "../secret", "~/secret"):
        told = there.as_("builder").post("/api/workflows/birds/start", json=asked | {"repo": address})
        assert told.status_code == 403
    for number, address in enumerate(("https://git.example/x.git", "git@git.example:x.git", "SSH://git.example/x")):
        asked |= {"build_id": f"path-{number + 2}", "repo": address}
        assert there.as_("builder").post("/api/workflows/birds/start", json=asked).status_code == 200
    assert (
        there.grace.post(
            "/api/workflows/birds/start", json=asked | {"build_id": "path-9", "repo": "/srv/mine.git"}
        ).status_code
        == 200
    )


def test_everybody_is_told_who_they_are(there: House) -> None:
    told = there.as_("ide").get("/api/me").json()
    assert told["actor"] == {"kind": "agent", "id": "ide", "role": None}
    assert (told["role"], told["agent_role"], told["projects"]) == ("agent", "code_writer", None)
    assert told["may"] == ["advance", "read"]
    assert there.as_("stranger").get("/api/me").json()["projects"] == ["fish"]
    nobody = there.gateway.client()
    with nobody:
        assert nobody.get("/api/me").status_code == 401
        assert nobody.get("/api/me").headers["www-authenticate"] == 'Bearer realm="baton"'
