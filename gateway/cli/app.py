"""The command line. Each command, or small group of them, has a module of its own that registers it here."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gateway.cli import (
    advancing,
    agents,
    auditing,
    cancelling,
    db,
    deciding,
    deployment,
    developing,
    encryption,
    examining,
    explaining,
    exporting,
    forking,
    holding,
    initializing,
    keys,
    listing,
    looking,
    mirroring,
    proving,
    questioning,
    reporting,
    serving,
    showing,
    starting,
    storage,
    tokens,
    webhooks,
)
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.output import Output
from gateway.version import version

NAME = "starter.py"

app = typer.Typer(
    name=NAME,
    help="Baton carries software builds from a request to a release, durably, on Temporal.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing that goes wrong leaves as a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return int(app(list(arguments), prog_name=NAME, standalone_mode=False) or ExitCode.DONE)
    except typer.TyperException as error:
        Output(as_json="--json" in arguments).failure(_usage(error))
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.FAILED


def _usage(error: typer.TyperException) -> CommandFailed:
    context: typer.Context | None = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    message = error.format_message().rstrip(".")
    return CommandFailed("usage", f"{message}. See: python {path} --help", ExitCode.USAGE)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"baton {version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


for _group in (
    showing,
    developing,
    initializing,
    starting,
    forking,
    looking,
    explaining,
    listing,
    advancing,
    deciding,
    questioning,
    holding,
    cancelling,
    proving,
    keys,
    encryption,
    reporting,
    db,
    storage,
    deployment,
    mirroring,
    auditing,
    exporting,
    webhooks,
    serving,
    tokens,
    agents,
    examining,
):
    _group.register(app)
