"""(e) Prefect with a server of its own on SQLite: ``python -m bench.guests.prefect_guest DATABASE FOLDER TEMPLATE``.

Prefect starts the server with the first flow. A flow has six tasks whose results are kept; the rows of a transition
are written when its task has ended.
"""

import sys
from pathlib import Path
from typing import Any

from prefect import flow, task

from bench.bodies import PHASES, perform
from bench.guests.loop import serve
from bench.guests.rows import Rows


def main(database: str, _folder: str, template: str) -> None:
    """Do what is asked for."""
    rows = Rows(database, Path(template))

    @task(persist_result=True, log_prints=False)
    def step(build: str, phase: str) -> dict[str, Any]:
        return perform(build, phase)

    @flow(persist_result=True, log_prints=False)
    def carry(build: str) -> str:
        rows.write(build, 0)
        for number, phase in enumerate(PHASES, 1):
            step(build, phase)
            rows.write(build, number)
        return "complete"

    def begin(build: str) -> None:
        assert carry(build) == "complete", build

    serve(begin)


if __name__ == "__main__":
    main(*sys.argv[1:])
