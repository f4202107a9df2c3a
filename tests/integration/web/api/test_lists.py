"""Lists of builds: filters, pages, what waits for whom, and how roles can be played."""

from pathlib import Path

from tests.integration.web.api.house import House


def test_pages_of_builds_follow_each_other_newest_first(there: House) -> None:
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        there.start(project="pages", build_id=name)
        there.until_sql_knows(name, "waiting")
    seen, after = [], None
    while True:
        told = there.grace.get("/api/workflows", params={"project": "pages", "limit": "2"} | _given(after)).json()
        seen.append([one["build_id"] for one in told["builds"]])
        if (after := told["next_after"]) is None:
            break
    assert seen == [["page-4", "page-3"], ["page-2", "page-1"], ["page-0"]]


def _given(after: str | None) -> dict[str, str]:
    return {} if after is None else {"after": after}


def test_builds_are_found_by_project_user_state_status_wait_and_words(there: House) -> None:
    there.start(project="filters", build_id="filter-1", user_id="ann", title="Slugs for titles")
    other = there.start(project="filters", build_id="filter-2", user_id="bob", title="Rounding")["workflow_id"]
    there.grace.post(f"/api/workflows/{other}/pause")
    there.until_sql_knows("filter-1", "waiting")
    there.until_sql_knows("filter-2", "paused")

    def found(**asked: str) -> list[str]:
        told = there.grace.get("/api/workflows", params={"project": "filters"} | asked).json()
        return [one["build_id"] for one in told["builds"]]

    assert found() == ["filter-2", "filter-1"]
    assert found(user="ann") == found(status="waiting") == found(waiting="report") == found(q="SLUGS") == ["filter-1"]
    assert found(status="paused") == found(waiting="resume") == found(q="filter-2") == ["filter-2"]
    assert found(state="discovery") == ["filter-2", "filter-1"]
    assert found(state="complete") == found(user="'; DROP TABLE build_workflows; --") == []


def test_a_row_says_what_the_build_waits_for(there: House) -> None:
    there.start(project="rows", build_id="row-1", title="A row")
    there.until_sql_knows("row-1", "waiting")
    (row,) = there.grace.get("/api/workflows", params={"project": "rows"}).json()["builds"]
    assert row["temporal_workflow_id"] == "build-row-1"
    assert (row["title"], row["current_role"], row["waiting_kind"]) == ("A row", "q_assistant", "report")
    assert row["waiting_what"].startswith("q_assistant is played by hand")
    assert there.grace.get(f"/api/workflows/{row['workflow_id']}/status").status_code == 200


def test_words_that_no_list_knows_are_refused(there: House) -> None:
    for asked in ({"state": "lost"}, {"waiting": "godot"}, {"limit": "0"}, {"limit": "1001"}, {"q": "\0"}):
        assert there.grace.get("/api/workflows", params=asked).status_code == 422
    for after in ("nonsense", "bm90IGEgcGxhY2U=", ""):
        told = there.grace.get("/api/workflows", params={"after": after})
        assert (told.status_code, told.json()["code"]) == (404, "no_such_page")


def test_the_inbox_holds_what_waits_for_the_caller(there: House) -> None:
    approval = there.start(project="inbox", build_id="inbox-1", profile="guarded")["workflow_id"]
    there.carry(approval, until="handoff_to_releaser")
    question = there.start(project="inbox", build_id="inbox-2")["workflow_id"]
    there.report(question, "q_assistant", "discovery", {"questions": ["Why?"]})
    work = there.start(project="inbox", build_id="inbox-3")["workflow_id"]
    there.carry(work, until="handoff_to_coder")
    parked = there.start(project="inbox", build_id="inbox-4", profile="guarded")["workflow_id"]
    there.carry(parked, until="handoff_to_releaser")
    there.grace.post(f"/api/workflows/{parked}/refuse", json={"reason": "no"})
    for build_id, status in (
        ("inbox-1", "waiting"),
        ("inbox-2", "waiting"),
        ("inbox-3", "waiting"),
        ("inbox-4", "error"),
    ):
        there.until_sql_knows(build_id, status)

    def waits(who: str) -> list[tuple[str, str]]:
        told = there.as_(who).get("/api/inbox", params={"limit": 1000}).json()
        mine = [one for one in told["items"] if one["project_id"] == "inbox"]
        return [(one["build_id"], one["waiting_kind"]) for one in mine]

    assert waits("viewer") == []
    assert ("inbox-3", "report") in waits("ide")
    assert {kind for _, kind in waits("ide")} == {"report"}
    assert waits("approver")[0] == ("inbox-1", "approval")  # it has a deadline
    assert set(waits("approver")) == {("inbox-1", "approval"), ("inbox-2", "answer"), ("inbox-4", "decision")}
    assert set(waits("builder")) == {("inbox-2", "answer"), ("inbox-3", "report"), ("inbox-4", "decision")}


def test_profiles_are_told_with_how_each_role_is_played(there: House) -> None:
    told = there.as_("viewer").get("/api/profiles").json()
    profiles = {one["name"]: one for one in told["profiles"]}
    assert told["default"] == "manual"
    assert profiles["manual"]["roles"]["code_writer"] == {"runner": "manual", "manual": True}
    assert profiles["guarded"]["approvals"]["handoff_to_releaser"]["approvers"] == ["approver", "grace"]
    assert profiles["guarded"]["limits"]["rework_rounds"] == 1


def test_what_is_wrong_with_a_profile_is_told_to_admins(there: House) -> None:
    folder = there.gateway.settings.profiles
    assert isinstance(folder, Path)
    broken = folder / "broken.toml"
    broken.write_text("[roles")
    try:
        (told,) = there.as_("viewer").get("/api/profiles").json()["broken"]
        assert told == {"name": "broken", "problem": "cannot be used; an admin is told why"}
        (told,) = there.grace.get("/api/profiles").json()["broken"]
        assert "is not TOML" in told["problem"]
    finally:
        broken.unlink()


def test_a_profile_that_nobody_has_starts_nothing_and_leaves_the_id_free(there: House) -> None:
    asked = {"build_id": "unopened-1", "requirements": "# T", "profile": "nowhere"}
    told = there.grace.post("/api/workflows/birds/start", json=asked)
    assert (told.status_code, told.json()["code"]) == (409, "not_opened")
    assert "there is no profile 'nowhere'" in told.json()["detail"]
    assert there.grace.get("/api/workflows/build-unopened-1/status").status_code == 404
    assert there.grace.post("/api/workflows/birds/start", json=asked | {"profile": "manual"}).status_code == 200
