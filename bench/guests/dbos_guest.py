"""(c) DBOS: ``python -m bench.guests.dbos_guest DATABASE SYSTEM_DATABASE TEMPLATE``.

A workflow of six steps; the rows of each transition are written in a transaction of a DBOS datasource, which records
in the same transaction that it is done. SQLite is set as it is for all others: with a write-ahead log, and synchronous
when that is checkpointed. As DBOS ships it, each commit is two writes that the disk has to confirm.
"""

import sqlite3
import sys
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID, SQLAlchemyDatasource, error
from sqlalchemy import Engine, event

from bench.bodies import PHASES, perform
from bench.guests.loop import serve
from bench.guests.rows import Rows

_LOOKS_SECONDS = 0.05
"""How often it is looked whether a build that was begun by the process before is at its end."""


def main(database: str, system: str, template: str) -> None:
    """Begin where the process before ended, and do what is asked for."""
    rows = Rows(database, Path(template))
    if rows.sqlite:
        event.listen(Engine, "connect", _as_others_have_it)
    DBOS(config={"name": "bench", "system_database_url": system, "log_level": "WARNING", "executor_id": "bench"})
    source = SQLAlchemyDatasource.create(database.replace("postgresql://", "postgresql+psycopg://"))

    @source.transaction(isolation_level="SERIALIZABLE" if rows.sqlite else "READ COMMITTED")
    def write(build: str, number: int) -> None:
        cursor = source.sql_session().connection().connection.cursor()
        rows.write_with(cursor, build, number)

    @DBOS.step()
    def step(build: str, phase: str) -> dict[str, Any]:
        return perform(build, phase)

    @DBOS.workflow()
    def carry(build: str) -> str:
        write(build, 0)
        for number, phase in enumerate(PHASES, 1):
            step(build, phase)
            write(build, number)
        return "complete"

    def begin(build: str) -> None:
        with SetWorkflowID(build):
            handle = DBOS.start_workflow(carry, build)
        assert handle.get_result() == "complete", build

    def wait(build: str) -> None:
        try:
            handle: Any = DBOS.retrieve_workflow(build)
        except error.DBOSNonExistentWorkflowError:  # the process before died when it was about to begin it
            begin(build)
        else:
            assert handle.get_result(polling_interval_sec=_LOOKS_SECONDS) == "complete", build

    DBOS.launch()
    serve(begin, wait)


def _as_others_have_it(connection: sqlite3.Connection, _: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


if __name__ == "__main__":
    main(*sys.argv[1:])
