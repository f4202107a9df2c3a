"""What the command line says when something is not as it should be: one message, an exit code, no traceback."""

import json
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ownership import Ownership
from baton.runtime.ports import free_port
from gateway.builds import Builds
from gateway.errors import NoWorker
from tests.command_line import CommandLine
from tests.workflow.stage import all_manual, request, stage

ADVANCE = ("advance", "judged", "--role", "q_assistant", "--state", "discovery")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--role", "code_writer", "--state", "discovery"), "wrong_role", "q_assistant"),
        (("--role", "code_writer", "--state", "implementation"), "stale_state", "discovery"),
        (
            ("--role", "q_assistant", "--state", "discovery", "--next-state", "implementation"),
            "skipped_phase",
            "implementation",
        ),
    ],
)
async def test_a_report_that_cannot_be_taken_is_refused(
    client: Client, here: CommandLine, arguments: tuple[str, ...], code: str, message: str
) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("refusing"))
        said = await here("advance", "refusing", *arguments, "--json")

    assert (said.code, said.json["error"]["code"]) == (1, code)
    assert message in said.err


async def test_an_unknown_build_is_told_with_where_to_look(here: CommandLine, client: Client) -> None:
    for command in (("status", "nobody"), ("pause", "nobody"), ("journal", "nobody"), ("cancel", "nobody")):
        said = await here(*command)
        assert (said.code, said.out) == (1, "")
        address = client.service_client.config.target_host
        assert said.err == (
            f"error: There is no build 'nobody' at {address}, namespace 'default'. "
            "See those there are: python starter.py list\n"
        )


@pytest.mark.parametrize("build_id", ["../x", "x'; DROP TABLE build_workflows;--", "x" * 300, "🚀", "", "\x1b[31mred"])
async def test_a_hostile_build_id_names_no_build(here: CommandLine, client: Client, build_id: str) -> None:
    said = await here("status", build_id, "--json")

    assert (said.code, said.json["error"]["code"]) == (1, "not_found")
    assert "a build ID has 1 to 100 letters" in said.err
    assert "\x1b" not in said.err


async def test_advancing_a_complete_build_says_that_it_is_complete(client: Client, here: CommandLine) -> None:
    async with stage(client):
        await Builds(client).start(request("judged"))
        await Builds(client).result("judged")
        said = await here(*ADVANCE, "--json")

    assert (said.code, said.json["error"]["code"]) == (1, "already_ended")
    assert "it is complete" in said.err


async def test_a_report_of_three_megabytes_is_refused_before_it_is_sent(
    client: Client, here: CommandLine, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"summary": "x" * 3_000_000}))
    async with stage(client, all_manual()):
        await Builds(client).start(request("heavy"))
        said = await here("advance", "heavy", *ADVANCE[2:], "--result", str(report), "--json")
        report.write_text(json.dumps({"summary": "x" * 300_000}))
        lighter = await here("advance", "heavy", *ADVANCE[2:], "--result", str(report), "--json")

    for refused in (said, lighter):
        assert (refused.code, refused.json["error"]["code"]) == (1, "report_too_large")
    assert "3,000,1" in said.err


async def test_a_profile_that_no_worker_has_is_told(client: Client, here: CommandLine) -> None:
    async with stage(client):
        said = await here("start", "-", "--project", "shop", "--profile", "nope", "--json", stdin=b"# Thing")

    assert (said.code, said.json["error"]["code"]) == (1, "not_opened")
    assert "no profile 'nope'" in said.err


async def test_another_request_under_a_taken_id_names_the_fields(client: Client, here: CommandLine) -> None:
    arguments = ("start", "-", "--project", "shop", "--profile", "script", "--build-id", "mine")
    async with stage(client, all_manual()):
        first = await here(*arguments, "--metadata", "ticket=7", "--json", stdin=b"# Thing")
        again = await here(*arguments, "--metadata", "ticket=7", "--json", stdin=b"# Thing")
        other = await here(*arguments, "--json", stdin=b"# Thing\n\nAnother")

    assert again.json == first.json
    assert (other.code, other.json["error"]["code"]) == (1, "start_differs")
    assert "differs in: requirements, metadata" in other.err


async def test_silence_is_told_as_a_missing_worker(
    client: Client, here: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = Builds(client, answer_seconds=0.5)
    with pytest.raises(NoWorker):
        await builds.start(request("silent"))
    monkeypatch.setattr("gateway.cli.invocation.ANSWER_SECONDS", 0.5)
    for command in (("status", "silent"), ("resume", "silent")):
        said = await here(*command, "--json")
        assert (said.code, said.json["error"]["code"]) == (3, "no_worker")
        assert "No worker answers on task queue 'baton-builds'" in said.err
        assert "python worker.py --all" in said.err
    assert "may still carry out the command" in said.err


async def test_a_server_that_is_not_there_is_told(cli: CommandLine) -> None:
    address = f"127.0.0.1:{free_port()}"
    said = await cli("status", "x", "--address", address, "--json")

    assert (said.code, said.json["error"]["code"]) == (3, "temporal_unavailable")
    assert address in said.err
    assert "python starter.py dev" in said.err


async def test_an_address_that_is_none_is_a_usage_error(cli: CommandLine) -> None:
    said = await cli("status", "x", "--address", "https://x", "--json")

    assert (said.code, said.json["error"]["code"]) == (2, "temporal_misconfigured")


async def test_the_embedded_server_of_the_home_folder_is_found_without_settings(
    client: Client, temporal_server: EmbeddedTemporal, cli: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / "temporal"
    folder.mkdir(parents=True)
    assert temporal_server.pid is not None
    Ownership(folder).write(temporal_server.pid, address=temporal_server.address, ui_url=None)
    async with stage(client, all_manual()):
        await Builds(client).start(request("at-home"))
        said = await cli("status", "at-home", "-v")

    assert said.code == 0
    assert f"{temporal_server.address}, the embedded server of" in said.told
