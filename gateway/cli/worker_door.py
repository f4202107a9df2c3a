"""The command line of a worker: ``python worker.py --help``."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from baton.runtime.logs import configure_logging
from baton.runtime.metrics.opening import open_runtime
from baton.runtime.payloads import discretion_of
from baton.runtime.settings import LogFormat, Settings, SettingsError, variable_of
from baton.runtime.tracing.opening import flush, open_tracing
from gateway.cli.exit_codes import ExitCode
from gateway.cli.failures import told
from gateway.signals import Stopped, until_signalled
from gateway.worker.duties import Duty
from gateway.worker.service import serve

NAME = "worker.py"
log = logging.getLogger("baton.worker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker until it is told to stop; the exit code. Nothing that goes wrong leaves as a traceback."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})(_worker)
    try:
        code = app(list(sys.argv[1:] if arguments is None else arguments), prog_name=NAME, standalone_mode=False)
    except typer.TyperException as error:
        print(f"{error.format_message()} See: python {NAME} --help", file=sys.stderr)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return int(code or ExitCode.DONE)


def _worker(
    role: Annotated[
        list[Duty] | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help=f"Serve this one alone; may be given several times: {', '.join(Duty)}.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Serve everything. So it does without --role, too.")] = False,
    database_url: Annotated[
        str | None, typer.Option("--database-url", metavar="URL", help="Where the mirror lives.", show_default=False)
    ] = None,
    profiles: Annotated[
        Path | None, typer.Option("--profiles", metavar="DIR", help="A folder of further profiles.", show_default=False)
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="DIR",
            help="Where workspaces and releases are; .baton when not given.",
            show_default=False,
        ),
    ] = None,
    log_format: Annotated[
        LogFormat | None, typer.Option("--log-format", help="How the log is written.", show_default=False)
    ] = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Bring the database up to date first.")] = False,
) -> int:
    """Carry builds and play roles, until SIGTERM or Ctrl-C.

    Temporal is reached by its own configuration (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, ...), everything else is set
    by options or BATON_* variables. A worker that serves roles alone needs no database.
    """
    if role and every:
        raise typer.BadParameter("--role serves some, --all serves everything: give one of them.")
    given: dict[str, Any] = {
        "database_url": database_url,
        "profiles": profiles,
        "home": home,
        "log_format": log_format,
    }
    try:
        settings = Settings.from_environment(os.environ, **given)
    except SettingsError as error:
        configure_logging("INFO", log_format or "text")
        return _failed(error)
    configure_logging(settings.log_level, settings.log_format, **discretion_of(settings, os.environ))
    open_runtime(variable_of("metrics"), settings.metrics, log.warning, debug=settings.log_level == "DEBUG")
    open_tracing(os.environ, "baton-worker", log.warning)
    duties = list(dict.fromkeys(role)) if role else list(Duty)
    try:
        asyncio.run(until_signalled(serve(settings, duties, dict(os.environ), upgrade=upgrade)))
    except Stopped as stopped:
        log.info("Stopped (%s)", stopped.received.name)
        return ExitCode.DONE
    except Exception as error:
        return _failed(error)
    finally:
        flush()
    return ExitCode.FAILED


def _failed(error: Exception) -> int:
    failed = told(error)
    log.error("%s", failed.message, exc_info=error if failed.code == "unexpected" else None)
    return failed.exit_code
