"""What ``dev`` does: a stack that stays up, and a page that says where things are."""

import os
import shlex
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from baton.runtime.redaction import redacted
from baton.runtime.settings import Settings
from baton.store.reading import list_builds
from baton.workshop.sandbox import probe
from gateway.cli.connection import quiet_logs
from gateway.cli.invocation import Invocation
from gateway.embedded.keeping import keep_running
from gateway.embedded.ports import USUAL_PORT, USUAL_UI_PORT, usual_or_free
from gateway.embedded.stack import Stack
from gateway.signals import Stopped, until_signalled

_RECENT = 500


async def run(
    invocation: Invocation,
    *,
    home: Path | None,
    profiles: Path | None,
    port: int | None,
    ui_port: int | None,
    gateway_port: int | None,
) -> None:
    """Run the stack of ``home`` until a signal comes."""
    quiet_logs(invocation.output)
    settings = Settings.from_environment(os.environ, home=home, profiles=profiles)
    stack = Stack(
        settings,
        dict(os.environ),
        port=port or usual_or_free(USUAL_PORT),
        ui_port=ui_port or usual_or_free(USUAL_UI_PORT),
        gateway_port=gateway_port or usual_or_free(settings.gateway_port),
    )
    try:
        await until_signalled(_stay(invocation, stack))
    except Stopped:
        invocation.output.say(Text("Stopped. Nothing runs any more; the state is kept.", style="dim"))


async def _stay(invocation: Invocation, stack: Stack) -> None:
    output = invocation.output
    output.say(Text("Starting Temporal, a worker and the gateway …", style="dim"))
    async with stack:
        output.result(_document(stack), *_told(stack))
        try:
            await keep_running(stack, output.warn)
        finally:
            seconds = stack.settings.graceful_shutdown_seconds
            ending = f"Stopping. Phases at work have {seconds:g} s to finish; Ctrl-C once more ends them at once."
            output.say(Text(f"\n{ending}", style="dim"))


def _document(stack: Stack) -> dict[str, Any]:
    return {
        "address": stack.address,
        "ui_url": stack.ui_url,
        "database_url": redacted(stack.settings.database_url),
        "home": stack.settings.home,
        "worker_log": stack.worker_log,
        "worker_pid": stack.worker.pid,
        "gateway_url": stack.gateway_url,
        "gateway_log": stack.gateway_log,
        "gateway_pid": stack.gateway and stack.gateway.pid,
    }


def _told(stack: Stack) -> list[RenderableType]:
    sandbox = probe()
    confined = f"bubblewrap {sandbox.version}" if sandbox.available else f"limits only: {sandbox.reason}"
    table = Table.grid(padding=(0, 3))
    for name, value in {
        "Gateway": f"{stack.gateway_url} (dashboard and REST)",
        "Temporal": stack.address,
        "Web UI": stack.ui_url,
        "Database": redacted(stack.settings.database_url),
        "State": f"{stack.settings.home} (taken up again at the next start)",
        "Worker": f"all roles; its log is {stack.worker_log.name} there",
        "Sandbox": confined,
        "Under way": _under_way(stack),
    }.items():
        if value:
            table.add_row(Text(f"  {name}", style="bold"), Text(value, overflow="fold"))
    return [
        Text("Baton runs here until Ctrl-C.", style="bold green"),
        Text(),
        table,
        Text(),
        Text("Start a build in another terminal:"),
        Text(_start_command(stack), style="cyan"),
        Text(),
    ]


def _under_way(stack: Stack) -> str:
    builds = [build for build in list_builds(stack.engine, limit=_RECENT) if build.completed_at is None]
    if not builds:
        return ""
    return f"{len(builds)} build{'s' * (len(builds) != 1)}; see: python starter.py list"


def _start_command(stack: Stack) -> str:
    # The default home needs no words: every command of this folder finds the server by it.
    usual = stack.settings.home == Path.cwd() / ".baton"
    where = "" if usual else f"BATON_HOME={shlex.quote(str(stack.settings.home))} "
    start = f"{where}python starter.py start examples/wordcount/request.md"
    return f"  {start} \\\n      --profile demo --project demo --user you --watch"
