"""A database with many builds that have ended: copies of one, made by PostgreSQL itself."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from baton.store.engine import open_engine
from baton.store.summaries.summarizing import summarize
from bench.guests.rows import Rows

_TEMPLATE = "finished-0"
_BUILDS, _PARTS = "build_workflows", ("workflow_events", "workflow_handoffs")
_SUMMARIZED_AT_A_TIME = 1_000


def fill(database_url: str, template: Path, count: int) -> None:
    """Write ``count`` builds of the template into an empty database with Baton's tables. Each ended a minute after the
    one before, the last one just now.
    """
    rows = Rows(database_url, template)
    for number in range(rows.transitions):
        rows.write(_TEMPLATE, number)
    with psycopg.connect(database_url) as connection:
        (first,) = connection.execute("SELECT id FROM build_workflows").fetchone() or (None,)
        for table in (_BUILDS, *_PARTS):
            connection.execute(_copies(connection, table), {"count": count, "first": first})
        connection.execute("DELETE FROM build_workflows WHERE id = %s", [first])
    engine = open_engine(database_url)
    try:
        while summarize(engine, limit=_SUMMARIZED_AT_A_TIME):  # or the worker does it while it is measured
            pass
    finally:
        engine.dispose()
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):  # which a server does by itself in time
            connection.execute(statement)


def _copies(connection: psycopg.Connection[Any], table: str) -> sql.Composed:
    kinds = dict(
        connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
        ).fetchall()
    )
    own = sql.Identifier("id" if table == _BUILDS else "workflow_id")
    values: dict[str, sql.Composable] = {name: sql.Identifier(name) for name in kinds}
    for name, kind in kinds.items():
        if kind == "timestamp with time zone":
            values[name] = sql.SQL("{} - make_interval(mins => %(count)s - number)").format(sql.Identifier(name))
    values["id"] = sql.SQL("gen_random_uuid()")
    build = sql.SQL("md5('finished-' || number)::uuid")  # the same in each table
    values["id" if table == _BUILDS else "workflow_id"] = build
    if table == _BUILDS:
        values["build_id"] = sql.SQL("'finished-' || number")
        values["workflow_id"] = sql.SQL("'build-finished-' || number")
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, %(count)s) AS number "
        "WHERE {own} = %(first)s"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(map(sql.Identifier, values)),
        values=sql.SQL(", ").join(values.values()),
        own=own,
    )
