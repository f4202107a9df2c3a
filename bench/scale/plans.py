"""How a database goes about a question: the plans of its statements, and which large tables are read whole."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, event

LARGE = ("build_workflows", "workflow_handoffs", "workflow_events")

_A_WHILE = 5  # milliseconds
_SCAN = re.compile(r"^SCAN (\w+)(?! USING (?:COVERING )?INDEX)")


def statements(engine: Engine, ask: Callable[[], Any]) -> list[tuple[str, Any]]:
    """What ``ask`` sends to the database, with its parameters, each text once."""
    found: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, ____: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.setdefault(statement, parameters)

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return list(found.items())


def plan(connection: Connection, statement: str, parameters: Any) -> str:
    """The plan, for people."""
    prefix = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = connection.exec_driver_sql(f"{prefix} {statement}", parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def analyzed(engine: Engine, ask: Callable[[], Any]) -> Iterator[str]:
    """Each statement of ``ask`` that takes a while, how long that was, and how the database went about it."""
    for statement, parameters in statements(engine, ask):
        with engine.connect() as connection:
            began = time.perf_counter()
            connection.exec_driver_sql(statement, parameters).all()
            taken = 1000 * (time.perf_counter() - began)
            if taken >= _A_WHILE:
                prefix = "EXPLAIN (ANALYZE, BUFFERS)" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
                rows = connection.exec_driver_sql(f"{prefix} {statement}", parameters).all()
                yield "\n".join([f"{taken:.1f} ms: {statement}", *(str(row[-1]) for row in rows)])


def read_whole(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """The large tables that the statement reads from end to end, past all indexes."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        tree = json.loads(found) if isinstance(found, str) else found
        return [name for name in _sequential(tree[0]["Plan"]) if _base(name) in LARGE]
    details = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    names = _aliases(statement)
    scanned = [match[1] for detail in details if (match := _SCAN.match(detail))]
    return [name for one in scanned if (name := names.get(one, one)) in LARGE]


def reads_whole(engine: Engine, ask: Callable[[], Any]) -> list[str]:
    """The large tables that any statement of ``ask`` reads so."""
    asked = statements(engine, ask)
    with engine.connect() as connection:
        return sorted({name for statement, given in asked for name in read_whole(connection, statement, given)})


def _sequential(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _sequential(below)


def _base(name: str) -> str:
    """The table that a partition is of."""
    return re.sub(r"_(p\d+|default|before)$", "", name)


def _aliases(statement: str) -> dict[str, str]:
    """What tables are called in views and in the statement, on SQLite."""
    known = {"b": "build_workflows", "e": "workflow_events", "p": "workflow_events", "q": "workflow_events"}
    return known | {alias: name for name, alias in re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", statement)}
