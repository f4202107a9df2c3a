"""What holds for every command."""

import pytest
import typer

from gateway.cli.app import app, main
from tests.command_line import CommandLine

COMMANDS = (
    *(command.name for command in app.registered_commands),
    *(
        f"{group.name} {command.name}"
        for group in app.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
    ),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_json_and_verbose(cli: CommandLine, command: str) -> None:
    said = cli.now(*command.split(), "--help")

    assert said.code == 0
    assert "--json" in said.out
    assert "--verbose" in said.out


def test_without_a_command_the_help_is_shown(cli: CommandLine) -> None:
    said = cli.now()

    assert said.code == 2
    assert "request-retry" in said.out


def test_the_version_is_shown(cli: CommandLine) -> None:
    assert cli.now("--version").out.startswith("baton 0.")


def test_an_unexpected_error_is_one_message_and_a_traceback_with_v_only(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_self: object) -> None:
        raise ZeroDivisionError("password=hunter2")

    monkeypatch.setattr("gateway.cli.invocation.Invocation.connect", broken)
    said = cli.now("status", "x", "--json")
    code = main(["status", "x", "-v"])

    assert (said.code, said.json["error"]["code"]) == (1, "unexpected")
    assert "hunter2" not in said.err
    assert code == 1
    verbose = capsys.readouterr().err
    assert "Traceback" in verbose
    assert "hunter2" not in verbose


def test_typer_draws_no_tracebacks_of_its_own() -> None:
    assert isinstance(app, typer.Typer)
    assert app.pretty_exceptions_enable is False
