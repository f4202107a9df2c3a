"""What Baton costs over bare Temporal and beside other engines, measured in turns in one run on this machine.

Everything is real and on loopback: a Temporal server as `starter.py dev` starts it, PostgreSQL, SQLite, workers in
processes of their own. A whole run writes its table to bench/RESULTS.md, all values and plots to bench/results.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from baton.runtime.leaving import exit_cleanly
from baton.runtime.logs import configure_logging
from bench.ladder.ladder import climb
from bench.options import Options, parse
from bench.parts.builds import latency, throughput
from bench.parts.crash import crash
from bench.parts.growth import growth
from bench.parts.mirror import history, lag, rows
from bench.parts.parked import parked
from bench.parts.profile import profile
from bench.parts.rework import rework
from bench.parts.run import Run
from bench.parts.startup import startup
from bench.reporting.figures import FIGURES
from bench.reporting.machine import load, machine
from bench.reporting.plots import draw
from bench.reporting.table import markdown
from bench.systems.casting import cast
from bench.systems.stage import stage
from bench.systems.turn import Lost
from gateway.signals import Stopped, until_signalled

_HERE = Path(__file__).parent
PARTS: dict[str, Callable[[Run], Awaitable[None]]] = {
    "latency": latency,
    "builds": throughput,
    "history": history,
    "lag": lag,
    "rows": rows,
    "startup": startup,
    "rework": rework,
    "crash": crash,
    "growth": growth,
    "parked": parked,
}


async def _wanted(options: Options) -> None:
    if options.profile:
        await profile(options.systems, options.sizes.builds)
    elif options.ladder:
        await climb(options.sizes.builds, options.sizes.rounds)
    else:
        await _measure(options)


async def _measure(options: Options) -> None:
    began, busy = time.monotonic(), load()
    async with stage() as set_up, cast(set_up, options.playing) as playing:
        run = Run(
            set_up,
            playing.systems,
            options.sizes,
            labels=playing.labels,
            notes=playing.notes,
            template=playing.template,
        )
        for part in options.parts:
            print(part, flush=True)
            try:
                await PARTS[part](run)
            except Lost:
                for log in set_up.logs():
                    if said := log.read_text(errors="replace")[-1_000:].strip():
                        print(f"the end of {log.name}:\n{said}", flush=True)
                raise
    _tell(run, busy, time.monotonic() - began, options)


def _tell(run: Run, busy: str, took: float, options: Options) -> None:
    about = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}, in {took / 60:.0f} minutes",
        "parts": ", ".join(options.parts),
        "machine": ", ".join(f"{text} ({name})" for name, text in machine().items()),
        "load when it began (processes that want a core, without this run)": busy,
    }
    into = options.out or (_HERE if options.whole else None)
    plots: list[str] = []
    if into is not None:
        folder = into / "results"
        folder.mkdir(parents=True, exist_ok=True)
        plots = draw(run.results, run.labels, folder)
        run.results.write_csv(folder / "results.csv")
    document = markdown(run.results, run.labels, about, run.notes, plots)
    if into is not None:
        (into / "RESULTS.md").write_text(document, encoding="utf-8")
    print(f"\n{document}")
    verdicts = [figure.judged(run.results)[2] for figure in FIGURES]
    reached, measured = verdicts.count("reached"), len(verdicts) - verdicts.count("not measured")
    print(f"\n{reached} of {measured} figures that were measured are reached; {took / 60:.1f} minutes")


def main() -> int:
    """Measure; the exit code. It is 1 when something is wrong, never because something is slow."""
    options = parse(__doc__, list(PARTS))
    configure_logging("ERROR", "text")
    try:
        asyncio.run(until_signalled(_wanted(options)))
    except Stopped as stopped:
        print(f"The benchmark was {stopped}; nothing of it goes on, and nothing was written")
        return 1
    except Lost as lost:
        print(f"Something is wrong: {lost}")
        return 1
    return 0


if __name__ == "__main__":
    exit_cleanly(main())
