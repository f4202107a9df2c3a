"""What builds made: files of releases, and what changed from handoff to handoff."""

from pathlib import Path
from typing import Any

import pytest

from baton.workshop.workspace import Workspaces
from tests.integration.web.api.house import House


@pytest.fixture
def released(there: House) -> tuple[str, Path]:
    """A build with a release on this machine, and the folder of its files."""
    build = there.start(build_id="released-1")["workflow_id"]
    there.carry(build, until="handoff_to_releaser")
    folder = there.home / "releases" / "released-1"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("thing-1.0.tar.gz", "thing-1.0.tar.gz.sha256", "thing-1.0.manifest.json", "thing-1.0.provenance.json"):
        (folder / name).write_text(f"bytes of {name}")
    output = {"archive": str(folder / "thing-1.0.tar.gz"), "name": "thing", "version": "1.0", "sha256": "ab", "size": 9}
    there.grace.post(
        f"/api/workflows/{build}/advance",
        json={
            "role": "release_manager",
            "completed_state": "deployment",
            "phase_result": {"deployment_successful": True, "output": output},
        },
    )
    return build, folder


def test_a_release_is_listed_and_downloaded(there: House, released: tuple[str, Path]) -> None:
    build, _ = released
    told = there.as_("viewer").get(f"/api/workflows/{build}/artifacts").json()
    assert told["release"] == {
        "name": "thing",
        "version": "1.0",
        "archive": "thing-1.0.tar.gz",
        "sha256": "ab",
        "size": 9,
    }
    assert {one["kind"]: one["name"] for one in told["artifacts"]} == {
        "archive": "thing-1.0.tar.gz",
        "checksum": "thing-1.0.tar.gz.sha256",
        "manifest": "thing-1.0.manifest.json",
        "provenance": "thing-1.0.provenance.json",
    }
    for one in told["artifacts"]:
        file = there.as_("viewer").get(one["url"])
        assert (file.text, file.headers["content-type"]) == (f"bytes of {one['name']}", one["media_type"])
        assert len(file.content) == one["size"]
        assert file.headers["content-disposition"] == f'attachment; filename="{one["name"]}"'


def test_nothing_but_the_files_of_the_release_is_given_out(there: House, released: tuple[str, Path]) -> None:
    build, folder = released
    (there.home / "secret.json").write_text("secret")
    (folder / "link.manifest.json").symlink_to(there.home / "secret.json")
    (folder / ".draft.tar.gz").write_text("half")
    (folder / "notes.txt").write_text("notes")
    names = [one["name"] for one in there.grace.get(f"/api/workflows/{build}/artifacts").json()["artifacts"]]
    assert len(names) == 4
    for name in (
        *("link.manifest.json", ".draft.tar.gz", "notes.txt", "..%2f..%2fsecret.json", "%2e%2e", "%2fetc%2fpasswd"),
        "thing-1.0.tar.gz%00.json",
    ):
        assert there.grace.get(f"/api/workflows/{build}/artifacts/{name}").status_code == 404, name


def test_a_release_of_another_machine_says_where_it_lies(there: House) -> None:
    build = there.start(build_id="released-2")["workflow_id"]
    none = there.grace.get(f"/api/workflows/{build}/artifacts").json()
    assert (none["release"], none["artifacts"], none["notice"]) == (None, [], None)
    there.carry(build, until="handoff_to_releaser")
    report = {"deployment_successful": True, "output": {"archive": "/elsewhere/thing-1.0.tar.gz"}}
    there.report(build, "release_manager", "deployment", report)
    told = there.grace.get(f"/api/workflows/{build}/artifacts").json()
    assert (told["release"]["archive"], told["artifacts"]) == ("thing-1.0.tar.gz", [])
    assert "BATON_HOME of the release manager's worker" in told["notice"]


async def test_a_diff_shows_what_changed_between_two_handoffs(there: House) -> None:
    build = there.start(build_id="diff-1")["workflow_id"]
    workspace = await Workspaces(there.home / "workspaces").open("diff-1")
    first = await workspace.first_commit()
    (workspace.tree / "slug.py").write_text("def slug(): ...\n")
    second = (await workspace.commit("Slugs", author="ide")).sha
    there.carry(build, until="handoff_to_coder")
    there.report(build, "code_writer", "implementation", {"commit": second})

    route = f"/api/workflows/{build}/diff"
    told = there.as_("viewer").get(route, params={"from": first, "to": second})
    assert told.headers["content-type"].startswith("text/x-diff")
    assert "+def slug(): ...\n" in told.text
    assert there.grace.get(route, params={"from": second, "to": second}).text == ""
    (handoff,) = _handoffs(there, build, "code_writer")
    assert there.grace.get(route, params={"handoff": handoff, "from": first}).text == told.text
    for asked, code in (
        ({"from": first, "to": "0" * 40}, "no_such_commit"),
        ({"handoff": 99}, "no_such_handoff"),
        ({"handoff": 3}, "no_commits"),
    ):
        answer = there.grace.get(route, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, code), asked
    assert there.grace.get(route, params={"from": "--output=/tmp/x"}).status_code == 422


def _handoffs(there: House, build: str, role: str) -> list[int]:
    told: list[dict[str, Any]] = there.grace.get(f"/api/workflows/{build}/history").json()["history"]
    return [one["sequence"] for one in told if one["from_role"] == role]


async def test_a_long_diff_loses_its_middle_and_says_so(there: House) -> None:
    build = there.start(build_id="diff-2")["workflow_id"]
    workspace = await Workspaces(there.home / "workspaces").open("diff-2")
    first = await workspace.first_commit()
    (workspace.tree / "long.txt").write_text("x\n" * 800_000)
    second = (await workspace.commit("Long", author="ide")).sha
    told = there.grace.get(f"/api/workflows/{build}/diff", params={"from": first, "to": second})
    assert 900_000 < len(told.content) < 1_100_000
    assert "bytes" in told.text.replace("x\n", "")


def test_the_diff_of_a_workspace_on_another_machine_says_where_that_is(there: House) -> None:
    build = there.standing("diff-3")
    told = there.grace.get(f"/api/workflows/{build}/diff", params={"from": "0" * 40, "to": "1" * 40})
    assert (told.status_code, told.json()["code"]) == (404, "no_workspace")
