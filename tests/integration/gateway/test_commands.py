"""The commands, from a request to the end, as people and scripts give them."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.contracts.messages import MirrorBatch
from baton.domain.vocabulary import Phase, Role, State
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.schema import upgrade
from gateway.builds import Builds
from tests.command_line import CommandLine
from tests.workflow.stage import FAILED_TESTS, GOOD, all_manual, request, stage, terms

REPORTS = [
    ("q_assistant", "discovery", GOOD[Phase.DISCOVERY]),
    ("q_assistant", "planning", GOOD[Phase.PLANNING]),
    ("code_writer", "implementation", GOOD[Phase.IMPLEMENTATION]),
    ("test_auditor", "testing", GOOD[Phase.TESTING]),
    ("verification_overseer", "verification", GOOD[Phase.VERIFICATION]),
    ("release_manager", "deployment", GOOD[Phase.DEPLOYMENT]),
]


async def until(client: Client, build_id: str, state: State, kind: str) -> None:
    """Wait until the build waits for something of ``kind`` in ``state``."""
    async with asyncio.timeout(20):
        while True:
            view = await Builds(client).status(build_id)
            if view.current_state is state and view.waiting_for is not None and view.waiting_for.kind == kind:
                return
            await asyncio.sleep(0.02)


async def test_a_build_is_carried_from_request_to_release_by_advance_alone(
    client: Client, here: CommandLine, tmp_path: Path
) -> None:
    asked = tmp_path / "request.md"
    asked.write_text("# Make a *small* thing\n\nIt works.\n")
    async with stage(client, all_manual()):
        started = await here("start", str(asked), "--project", "shop", "--profile", "script", "--json")
        build = started.json["build_id"]
        for role, state, report in REPORTS:
            given = tmp_path / "report.json"
            given.write_text(json.dumps(report))
            said = await here("advance", build, "--role", role, "--state", state, "--result", str(given), "--json")
            assert (said.code, said.err) == (0, "")
        status = await here("status", build, "--json")
        history = await here("history", build, "--json")
        journal = await here("journal", build, "--json")

    assert build.startswith("make-a-small-thing-")
    assert (said.json["state"], said.json["status"]) == ("complete", "complete")
    assert status.json["request"]["title"] == "Make a *small* thing"
    assert status.json["user_id"] == "ada"
    assert [handoff["to_role"] for handoff in history.json["handoffs"]] == [*list(Role)[1:], None]
    assert all(handoff["data"] is not None for handoff in history.json["handoffs"])
    assert journal.json["verified"] is True
    assert [entry["sequence"] for entry in journal.json["entries"]] == list(range(1, 13))


async def test_what_a_person_sees_says_what_the_build_waits_for(client: Client, here: CommandLine) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("seen"))
        said = await here("status", "seen")

    assert said.code == 0
    assert "Waits for a report" in said.out
    assert "python starter.py advance seen --role q_assistant --state discovery --result FILE" in said.told


async def test_escape_sequences_in_a_request_do_not_reach_the_terminal(client: Client, here: CommandLine) -> None:
    hostile = "\x1b]0;owned\x07\x1b[31mred [b]x[/b]"
    async with stage(client, terms(manual=(Role.CODE_WRITER,))) as scene:
        scene.script[Phase.TESTING] = [{**FAILED_TESTS, "findings": [{"id": "F", "message": hostile}]}]
        await Builds(client).start(request("escapes"))
        await until(client, "escapes", State.HANDOFF_TO_CODER, "report")
        report = '{"summary": "done"}'
        await here("advance", "escapes", "--role", "code_writer", "--state", "implementation", "--result", report)
        await until(client, "escapes", State.IMPLEMENTATION, "report")
        status = await here("status", "escapes")
        for command in ("journal", "history"):
            assert "\x1b" not in (await here(command, "escapes")).out

    assert "• red [b]x[/b]" in status.out
    assert "\x1b" not in status.out


async def test_a_command_key_is_carried_out_once(client: Client, here: CommandLine) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("keyed"))
        first = await here("pause", "keyed", "--command-id", "k-1", "--as", "bob", "--agent", "--json")
        second = await here("pause", "keyed", "--command-id", "k-1", "--as", "bob", "--agent", "--json")
        entry = (await here("journal", "keyed", "--after", "1", "--json")).json["entries"][0]
        resumed = await here("resume", "keyed")

    assert first.json["sequence"] == second.json["sequence"]
    assert entry["actor"] == {"kind": "agent", "id": "bob", "role": None}
    assert (resumed.code, "keyed" in resumed.out) == (0, True)


async def test_approval_question_limits_rollback_and_retry(client: Client, here: CommandLine) -> None:
    profile = terms(manual=(Role.CODE_WRITER,), approvals={"handoff_to_coder": {}}, answer_deadline=timedelta(hours=1))
    async with stage(client, profile) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": [{"id": "Q-1", "text": "which colour?"}]}]
        await Builds(client).start(request("decided"))
        await until(client, "decided", State.DISCOVERY, "answer")
        assert (await here("answer", "decided", "Q-1", "blue")).code == 0
        await until(client, "decided", State.HANDOFF_TO_CODER, "approval")
        assert (await here("approve", "decided", "--reason", "good plan")).code == 0
        await until(client, "decided", State.HANDOFF_TO_CODER, "report")
        widened = await here("extend-limits", "decided", "--limit", "rework_rounds=9")
        back = await here("rollback", "decided", "--to", "planning", "--reason", "think again", "--json")
        await until(client, "decided", State.HANDOFF_TO_CODER, "approval")
        refused = await here("refuse", "decided", "--reason", "not yet", "--expect", "handoff_to_coder", "--json")
        retried = await here("request-retry", "decided", "--reason", "now", "--json")
        await until(client, "decided", State.HANDOFF_TO_CODER, "approval")
        stale = await here("abandon", "decided", "--reason", "enough", "--expect", "testing", "--json")
        abandoned = await here("abandon", "decided", "--reason", "enough", "--json")

    assert widened.code == 0
    assert (back.json["previous_state"], back.json["state"]) == ("handoff_to_coder", "planning")
    assert refused.json["status"] == "error"
    assert retried.json["previous_state"] == "error"
    assert (stale.code, stale.json["error"]["code"]) == (1, "stale_state")
    assert (abandoned.code, abandoned.json["status"]) == (0, "failed")


async def test_cancel_waits_until_the_build_has_ended(client: Client, here: CommandLine) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("stopped"))
        said = await here("cancel", "stopped", "--reason", "no budget", "--json")
        again = await here("cancel", "stopped", "--json")
        late = await here("pause", "stopped", "--json")
        status = await here("status", "stopped", "--json")

    assert said.json == {"build_id": "stopped", "status": "cancelled"}
    assert (again.code, again.json["error"]["code"]) == (1, "already_ended")
    assert (late.code, late.json["error"]["code"]) == (1, "already_ended")
    assert "it was cancelled" in late.err
    assert status.json["status"] == "cancelled"


async def test_watch_in_a_pipe_prints_a_line_for_each_change(client: Client, here: CommandLine) -> None:
    async with stage(client):
        await Builds(client).start(request("watched"))
        said = await here("watch", "watched")
        final = await here("watch", "watched", "--json")

    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == [str(number) for number in range(1, 13)]
    assert "verification → handoff_to_releaser" in said.out
    assert final.json["current_state"] == "complete"


async def test_watch_of_a_build_that_ends_badly_fails(client: Client, here: CommandLine, tmp_path: Path) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("bad-end"))
        await here("cancel", "bad-end")
        said = await here("watch", "bad-end")

    assert said.code == 1


async def test_the_journal_is_whole_over_continue_as_new(client: Client, here: CommandLine) -> None:
    async with stage(client, terms(history_events=12)):
        builds = Builds(client)
        await builds.start(request("long"))
        await builds.result("long")
        journal = await builds.journal("long")
        tail = await builds.journal("long", after=9)
        history = await builds.history("long")
        description = await client.get_workflow_handle("build-long").describe()
        first_run_id = (await builds.status("long")).first_run_id
        said = await here("journal", "long", "--json")

    assert description.run_id != first_run_id
    assert [entry.sequence for entry in journal] == list(range(1, 13))
    assert tail == journal[9:]
    assert all(handoff.data is not None for handoff in history)
    assert (said.code, len(said.json["entries"])) == (0, 12)


async def test_the_list_comes_from_sql(
    client: Client, here: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'mirror.db'}"
    engine = open_engine(url)
    upgrade(engine)
    monkeypatch.setenv("BATON_DATABASE_URL", url)
    async with stage(client) as scene:
        for name, project in (("one", "shop"), ("two", "shop"), ("three", "bank")):
            play = await scene.start(name, project_id=project)
            await play.handle.result()
            view = await play.status()
            Mirror(engine).write(
                MirrorBatch(
                    build_id=name,
                    workflow_id=view.workflow_id,
                    first_run_id=view.first_run_id,
                    entries=tuple(play.mirrored),
                )
            )
    engine.dispose()
    page = await here("list", "--limit", "2", "--json")
    rest = await here("list", "--after", page.json["next_after"], "--json")
    shop = await here("list", "--project", "shop", "--state", "complete", "--status", "complete")
    none = await here("list", "--user", "nobody")
    lost = await here("list", "--after", "four")

    assert [build["build_id"] for build in page.json["builds"]] == ["three", "two"]
    assert [build["build_id"] for build in rest.json["builds"]] == ["one"]
    assert ("one" in shop.out, "two" in shop.out, "three" in shop.out) == (True, True, False)
    assert none.out == "No builds.\n"
    assert (lost.code, "no build 'four'" in lost.err) == (1, True)
