"""The command line begins the trace of the build that it starts, or goes on with the one of its caller."""

from pathlib import Path

import pytest

from tests.collector import Seen
from tests.command_line import CommandLine
from tests.integration.observing.conftest import House

CALLER, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_build_that_was_started_by_hand_is_in_the_trace_of_the_step_that_did(
    house: House, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.temporal)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", house.collector.url)
    monkeypatch.setenv("TRACEPARENT", f"00-{CALLER}-{STEP}-01")
    request = tmp_path / "request.md"
    request.write_text("# By hand\n\n## Acceptance criteria\n\n- It is there\n")
    given = ("--project", "shop", "--user", "ada", "--profile", "manual", "--build-id", "by-hand")
    assert cli.now("start", str(request), *given).code == 0

    def ours(name: str) -> Seen:
        return house.collector.until(lambda one: one.name == name and one.trace_id == CALLER)

    command = ours("starter.py start")
    assert command.parent_id == STEP
    assert command.attributes == {"baton.command": "start", "baton.exit_code": 0}
    assert ours("StartUpdateWithStartWorkflow:BuildWorkflow").parent_id == command.span_id
    assert ours("RunActivity:mirror_journal").attributes["baton.build_id"] == "by-hand"
    assert cli.now("cancel", "by-hand", "--wait", "30").code == 0


def test_top_shows_the_house_once_in_a_pipe_and_as_a_document(
    house: House, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.temporal)
    database = ("--database-url", house.gateway.settings.database_url)
    shown = cli.now("top", *database)
    assert shown.code == 0
    assert "verification overseer" in shown.out
    seen = cli.now("top", "--json", *database).json
    assert {one["name"]: one["pollers"] for one in seen["temporal"]["queues"]}["baton-builds"] == 1
    assert seen["temporal"]["lag"]["behind"] == 0
    assert seen["sql"]["day"]["completed"] == 1
    assert seen["sql_away"] is seen["temporal_away"] is None


def test_top_says_what_does_not_answer_and_fails_when_nothing_does(
    house: House, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    database = ("--database-url", house.gateway.settings.database_url)
    half = cli.now("top", "--once", *database)
    assert half.code == 0
    assert "Cannot reach Temporal at '127.0.0.1:9'" in half.told
    nothing = cli.now("top", "--once", "--database-url", f"sqlite:///{tmp_path}/none.db")
    assert nothing.code == 3
    assert "db upgrade" in nothing.told
    assert "Cannot reach Temporal" in nothing.told
