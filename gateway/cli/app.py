"""The command line. Each command, or small group of them, has a module of its own that registers it.

Who names a command waits for its module alone; all are loaded for ``--help``, without their options, and for a name
that there is not.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.output import Output
from gateway.cli.overview import load_help, without_options

NAME = "starter.py"
_HELP = {"-h", "--help"}

COMMANDS = {
    "showing": ("demo",),
    "developing": ("dev",),
    "initializing": ("init",),
    "starting": ("start",),
    "forking": ("fork",),
    "looking": ("status", "watch", "history", "journal"),
    "explaining": ("explain",),
    "listing": ("list",),
    "top": ("top",),
    "advancing": ("advance",),
    "deciding": ("request-retry", "rollback", "approve", "refuse", "waive", "abandon"),
    "questioning": ("questions", "answer"),
    "holding": ("pause", "resume", "extend-limits"),
    "cancelling": ("cancel",),
    "proving": ("verify-release",),
    "keys": ("keys",),
    "encryption": ("encryption",),
    "reporting": ("report",),
    "db": ("db",),
    "storage": ("storage",),
    "deployment": ("deployment",),
    "mirroring": ("mirror",),
    "auditing": ("audit",),
    "exporting": ("export",),
    "webhooks": ("webhook",),
    "serving": ("serve",),
    "tokens": ("token",),
    "agents": ("agents",),
    "examining": ("doctor",),
}
"""The modules, in the order of the help, and what each of them registers."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing that goes wrong leaves as a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    named = next((word for word in arguments if not word.startswith("-")), None)
    app = application(named)
    if named is None or not _HELP.isdisjoint(arguments):
        load_help()
    if named is None:
        without_options(app)
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
        from gateway.version import version

        print(f"baton {version()}")
        raise typer.Exit


def application(wanted: str | None = None) -> typer.Typer:
    """The command line with the command ``wanted`` and its neighbours; with all, where that is none."""
    app = typer.Typer(
        name=NAME,
        help="Baton carries software builds from a request to a release, durably, on Temporal.",
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": sorted(_HELP), "max_content_width": 100},
    )
    app.callback(invoke_without_command=True)(_root)
    modules = [module for module, names in COMMANDS.items() if wanted in names] or COMMANDS
    for module in modules:
        import_module(f"gateway.cli.{module}").register(app)
    return app


def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(ExitCode.USAGE)
