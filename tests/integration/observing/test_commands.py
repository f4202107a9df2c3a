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
