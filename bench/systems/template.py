"""The rows of a build that Baton carried, for the other systems to write the same."""

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any


def take_template(database: Path, build_id: str, into: Path) -> Path:
    """Read the rows of a build from Baton's SQLite file, and write them to the file ``into``, as JSON.

    Entries of one transition have the same time: they come from one workflow task.
    """
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        (build,) = _rows(connection, "SELECT * FROM build_workflows WHERE build_id = ?", build_id)
        events = _rows(connection, "SELECT * FROM workflow_events WHERE workflow_id = ? ORDER BY sequence", build["id"])
        handoffs = _rows(
            connection, "SELECT * FROM workflow_handoffs WHERE workflow_id = ? ORDER BY sequence", build["id"]
        )
    transitions = []
    for _, group in itertools.groupby(events, key=lambda event: event["timestamp"]):
        entries = list(group)
        numbers = {entry["sequence"] for entry in entries}
        made = [handoff for handoff in handoffs if handoff["sequence"] in numbers]
        transitions.append({"workflow_events": entries, "workflow_handoffs": made})
    into.write_text(json.dumps({"build": build, "transitions": transitions}))
    return into


def _rows(connection: sqlite3.Connection, query: str, value: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query, [value])]
