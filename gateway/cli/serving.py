"""``serve``: the HTTP gateway, until it is told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.command import command
from gateway.cli.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import RenderableType

    from baton.runtime.settings import Settings
    from gateway.web.server import Opened


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "serve", traced=False)
    async def serve(
        call: Invocation,
        host: Annotated[
            str | None,
            typer.Option("--host", metavar="ADDRESS", help="Where to listen once there is a token; 127.0.0.1."),
        ] = None,
        port: Annotated[
            int | None,
            typer.Option("--port", metavar="N", min=0, max=65_535, help="8420; 0 is a free one."),
        ] = None,
        home: Annotated[
            Path | None, typer.Option("--home", metavar="DIR", help="Where state is kept; .baton when not given.")
        ] = None,
        profiles: Annotated[
            Path | None, typer.Option("--profiles", metavar="DIR", help="A folder of further profiles.")
        ] = None,
        database_url: Annotated[
            str | None, typer.Option("--database-url", metavar="URL", help="Where the mirror lives.")
        ] = None,
        log_format: Annotated[
            str | None, typer.Option("--log-format", metavar="text|json", help="How the log is written.")
        ] = None,
        upgrade: Annotated[bool, typer.Option("--upgrade", help="Bring the database up to date first.")] = False,
    ) -> None:
        """Serve the REST API and the dashboard, until SIGTERM or Ctrl-C.

        Without any token it serves this machine alone: make one with `starter.py token create`.
        """
        given = {
            "gateway_host": host,
            "gateway_port": port,
            "home": home,
            "profiles": profiles,
            "database_url": database_url,
            "log_format": log_format,
            "log_level": "DEBUG" if call.output.verbose else None,
        }
        await _serve(call, given, upgrade=upgrade)


async def _serve(call: Invocation, given: dict[str, Any], *, upgrade: bool) -> None:
    import logging
    import os

    from baton.runtime.logs import configure_logging
    from baton.runtime.metrics.opening import open_runtime
    from baton.runtime.payloads import discretion_of
    from baton.runtime.settings import Settings, variable_of
    from baton.runtime.tracing.opening import flush, open_tracing
    from gateway.cli.connection import environment
    from gateway.cli.sender import who_am_i
    from gateway.signals import Stopped, until_signalled
    from gateway.web import server

    settings = Settings.from_environment(os.environ, **given)
    configure_logging(settings.log_level, settings.log_format, **discretion_of(settings, os.environ))
    warn, debug = logging.getLogger("baton.gateway").warning, settings.log_level == "DEBUG"
    open_runtime(variable_of("gateway_metrics"), settings.gateway_metrics, warn, debug=debug)
    open_tracing(os.environ, "baton-gateway", warn)
    environ = environment(
        os.environ, settings.home, address=call.address, namespace=call.namespace, profile=call.temporal_profile
    )
    opened = 0

    def on_open(where: "Opened") -> None:
        nonlocal opened
        opened += 1
        logging.getLogger("baton.gateway").info("%s", _sentence(where))
        if opened == 1:
            call.output.result(_document(where, settings), *_shown(where))

    work = server.serve(settings, environ, local_name=who_am_i(), upgrade=upgrade, on_open=on_open)
    try:
        await until_signalled(work)
    except Stopped as stopped:
        logging.getLogger("baton.gateway").info("Stopped (%s)", stopped.received.name)
    finally:
        flush()


def _document(where: "Opened", settings: "Settings") -> dict[str, Any]:
    import os

    from baton.runtime.redaction import redacted

    return {
        "url": where.url,
        "host": where.host,
        "port": where.port,
        "asked_host": where.asked,
        "tokens": where.tokens.value,
        "database_url": redacted(settings.database_url),
        "home": settings.home,
        "pid": os.getpid(),
    }


def _shown(where: "Opened") -> "list[RenderableType]":
    from gateway.cli.plain import text

    return [text("Baton answers here until Ctrl-C: ", "bold green").append(where.url, "bold cyan")]


def _sentence(where: "Opened") -> str:
    who = {
        "valid": "for whoever holds a token",
        "none": "without tokens: this machine alone, and whoever uses it may do everything",
        "invalid": "but nobody is let in: every token is revoked or expired",
        "unknown": "but nobody is let in before the database answers",
    }[where.tokens.value]
    then = f". With a valid token it opens {where.asked}: python starter.py token create"
    return f"Serving at {where.url} ({where.host}), {who}{then if where.asked != where.host else ''}"
