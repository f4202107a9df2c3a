"""What holds for every command."""

import subprocess
import sys

import pytest

from gateway.cli.app import COMMANDS, application, main
from tests.command_line import CommandLine

ALL = application()
NAMES = (
    *(command.name for command in ALL.registered_commands),
    *(
        f"{group.name} {command.name}"
        for group in ALL.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
    ),
)


@pytest.mark.parametrize("command", NAMES)
def test_every_command_has_help_json_and_verbose(cli: CommandLine, command: str) -> None:
    said = cli.now(*command.split(), "--help")

    assert said.code == 0
    assert "--json" in said.out
    assert "--verbose" in said.out


def test_without_a_command_the_help_is_shown(cli: CommandLine) -> None:
    said = cli.now()

    assert said.code == 2
    assert "request-retry" in said.out


def test_the_list_of_commands_is_the_one_that_typer_would_show(
    cli: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    said = cli.now("--help")
    ALL(["--help"], prog_name="starter.py", standalone_mode=False)

    assert said.out == capsys.readouterr().out


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
    assert ALL.pretty_exceptions_enable is False


@pytest.mark.parametrize("module", COMMANDS)
def test_who_names_a_command_gets_its_module(module: str) -> None:
    for name in COMMANDS[module]:
        alone = application(name)
        registered = {one.name for one in alone.registered_commands} | {one.name for one in alone.registered_groups}
        assert registered == set(COMMANDS[module])


@pytest.mark.parametrize(
    ("typed", "unneeded"),
    [
        (
            "--help",
            ("pydantic", "asyncio", "temporalio", "sqlalchemy", "psutil", "markdown_it", "pygments", "rich.progress"),
        ),
        ("status --help", ("asyncio", "temporalio", "sqlalchemy", "psutil", "markdown_it", "pygments")),
        (
            "status x --address 127.0.0.1:9",
            ("temporalio.worker", "opentelemetry", "sqlalchemy", "fastapi", "jinja2", "psutil", "rich.progress"),
        ),
    ],
)
def test_what_a_command_does_not_need_is_not_loaded(typed: str, unneeded: tuple[str, ...]) -> None:
    script = (
        "import sys; from gateway.cli.app import main; main(sys.argv[1:]); "
        f"print('loaded:', *sorted(set({unneeded!r}) & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *typed.split()], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout.splitlines()[-1] == "loaded:", ran.stderr
