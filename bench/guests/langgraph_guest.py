"""(d) LangGraph with a checkpointer: ``python -m bench.guests.langgraph_guest DATABASE CHECKPOINTS TEMPLATE``.

A graph of six nodes; each writes the rows of its transition. A checkpoint is on the disk before the next node begins.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from bench.bodies import PHASES, perform
from bench.guests.loop import serve
from bench.guests.rows import Rows

_CONNECTIONS = 20


class Carried(TypedDict, total=False):
    """The state of the graph."""

    build: str
    discovery: dict[str, Any]
    planning: dict[str, Any]
    implementation: dict[str, Any]
    testing: dict[str, Any]
    verification: dict[str, Any]
    deployment: dict[str, Any]


def main(database: str, checkpoints: str, template: str) -> None:
    """Do what is asked for."""
    rows = Rows(database, Path(template))
    drawn = StateGraph(Carried)
    for number, phase in enumerate(PHASES, 1):
        drawn.add_node(f"do_{phase}", _node(rows, phase, number))
        drawn.add_edge(f"do_{PHASES[number - 2]}" if number > 1 else START, f"do_{phase}")
    drawn.add_edge(f"do_{PHASES[-1]}", END)

    with _checkpointer(checkpoints) as saver:
        graph = drawn.compile(checkpointer=saver)

        def carry(build: str) -> None:
            rows.write(build, 0)
            ended = graph.invoke({"build": build}, {"configurable": {"thread_id": build}}, durability="sync")
            assert "deployment" in ended, build

        serve(carry)


def _node(rows: Rows, phase: str, number: int) -> Any:
    def node(carried: Carried) -> dict[str, Any]:
        report = perform(carried["build"], phase)
        rows.write(carried["build"], number)
        return {phase: report}

    return node


@contextmanager
def _checkpointer(url: str) -> Iterator[Any]:
    if url.startswith("sqlite"):
        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False, timeout=60)
        connection.execute("PRAGMA synchronous = NORMAL")
        yield SqliteSaver(connection)
        return
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    how = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    with ConnectionPool(url, min_size=1, max_size=_CONNECTIONS, kwargs=how, timeout=120) as pool:
        saver = PostgresSaver(pool)
        saver.setup()
        yield saver


if __name__ == "__main__":
    main(*sys.argv[1:])
