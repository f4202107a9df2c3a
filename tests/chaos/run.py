"""Break everything on purpose, and look whether Baton lost or told anything wrong: ``python -m tests.chaos.run``.

A round is made of a seed: builds, what people tell them and what is broken when are dealt from it, so that
``make chaos SEED=n`` does the same harm again. How the machine answers is its own affair. Ends with exit code 1 when
something was found; the folder of a round is removed in any case.
"""

import argparse
import asyncio
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from baton.runtime.core_logs import LOGGER_NAME, forward_core_logs
from tests.chaos.figures import figures
from tests.chaos.round import Outcome, Plan, play
from tests.installed import declare

_SQLITE_EVERY = 3
_APART = "CHAOS_MOUNTS_APART"
_UNSHARED = ("unshare", "--mount")


def main() -> int:
    """Play the rounds that the command line asks for."""
    asked = _parser().parse_args()
    _have_mounts_of_our_own()
    forward_core_logs()
    logging.getLogger(LOGGER_NAME).setLevel(logging.CRITICAL)  # that servers are away is what is wanted here
    seeds = [asked.seed] if asked.seed is not None else asked.seeds or list(range(1, asked.rounds + 1))
    bad = []
    for seed in seeds:
        sqlite = asked.database == "sqlite" or (asked.database is None and seed % _SQLITE_EVERY == 0)
        plan = Plan(
            seed=seed,
            seconds=asked.minutes * 60,
            builds=asked.builds,
            in_flight=asked.in_flight,
            sqlite=sqlite,
            gateway=not asked.without_gateway,
            logs=asked.logs,
        )
        print(f"round with seed {seed}: {plan.seconds:g} s, {'SQLite' if sqlite else 'PostgreSQL'}", flush=True)
        began = time.monotonic()
        outcome = asyncio.run(_played(plan, verbose=asked.verbose))
        for line in figures(outcome):
            print(f"  {line}", flush=True)
        for one in outcome.recovered if asked.verbose else ():
            print(f"    {one}")
        print(f"  took              {time.monotonic() - began:.0f} s", flush=True)
        if outcome.findings.found:
            bad.append(seed)
    verdict = f"found something with seeds {', '.join(map(str, bad))}" if bad else "nothing was found"
    print(f"{len(seeds)} rounds, seeds {', '.join(map(str, seeds))}: {verdict}")
    return 1 if bad else 0


def _have_mounts_of_our_own() -> None:
    """Begin again in a mount namespace of our own, where root can have one: a small disk ends with this process."""
    if os.geteuid() != 0 or _APART in os.environ or shutil.which(_UNSHARED[0]) is None:
        return
    if subprocess.run([*_UNSHARED, "true"], capture_output=True).returncode != 0:
        return
    words = [*_UNSHARED, sys.executable, "-m", "tests.chaos.run", *sys.argv[1:]]
    os.execvpe(words[0], words, {**os.environ, _APART: "1"})


async def _played(plan: Plan, *, verbose: bool) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="baton-installed-") as folder:
        declare(Path(folder))
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
        return await play(plan, kept | {"PYTHONPATH": folder}, _say if verbose else _silent)


def _say(what: str) -> None:
    print(f"    {what}", flush=True)


def _silent(_: str) -> None:
    pass


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="how many, with the seeds 1, 2, 3 …")
    parser.add_argument("--seeds", type=int, nargs="*", help="these seeds instead")
    parser.add_argument("--seed", type=int, help="one round with this seed")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long things are broken in each round")
    parser.add_argument("--builds", type=int, default=200, help="how many builds are started at most")
    parser.add_argument("--in-flight", type=int, default=60, help="how many of them are under way at one time")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="instead of SQLite for every third seed")
    parser.add_argument("--without-gateway", action="store_true")
    parser.add_argument("--logs", type=Path, help="keep what workers, gateway and Temporal said in this folder")
    parser.add_argument("--verbose", action="store_true", help="say each harm as it is done")
    return parser


if __name__ == "__main__":
    sys.exit(main())
