"""With the database away one build still answers; with Temporal away lists do, and what is stale says so."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from baton.domain.requests import BuildRequest
from baton.runtime.embedded import EmbeddedTemporal
from baton.store.ids import build_key
from gateway.builds import Builds
from tests.integration.web.api.house import House, house


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedTemporal]:
    """A Temporal of the test's own, to be killed."""
    async with EmbeddedTemporal(ui=False) as server:
        yield server


class Postgres:
    """A database that can be closed and opened again."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._name = f"away_{uuid4().hex[:8]}"
        self.url = server.replace("/postgres?", f"/{self._name}?")
        self._execute(f"CREATE DATABASE {self._name} TEMPLATE {template}")

    def close(self) -> None:
        """Let nobody in, and end who is in."""
        self._execute(
            f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'",
        )

    def open(self) -> None:
        """Let everybody in again."""
        self._execute(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        """Remove it."""
        self._execute(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def _database(url: str, template: str) -> Iterator[Postgres]:
    database = Postgres(url, template)
    try:
        yield database
    finally:
        database.drop()


def _away(answer: httpx2.Response, code: str) -> str:
    """What an answer says that something is away."""
    assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
    assert int(answer.headers["retry-after"]) > 0
    detail: str = answer.json()["detail"]
    return detail


async def test_with_the_database_away_one_build_still_answers(
    server: EmbeddedTemporal, postgres_url: str, postgres_template: str, tmp_path: Path
) -> None:
    elsewhere = Builds(await server.connect())
    with _database(postgres_url, postgres_template) as database:
        await asyncio.to_thread(_without_sql, tmp_path, server, database, elsewhere, asyncio.get_running_loop())


def _without_sql(
    folder: Path, server: EmbeddedTemporal, database: Postgres, elsewhere: Builds, loop: asyncio.AbstractEventLoop
) -> None:
    with house(folder, server.address, database.url) as there:
        before = there.start(build_id="before-1")["workflow_id"]
        there.until_sql_knows("before-1", "waiting")
        database.close()

        assert there.grace.get(f"/api/workflows/{before}/status").json()["source"] == "temporal"
        assert there.report(before, "q_assistant", "discovery")["new_state"] == "planning"
        assert len(there.grace.get("/api/workflows/before-1/journal").json()["entries"]) == 2
        started = there.start(build_id="while-1")["workflow_id"]
        assert there.grace.get(f"/api/workflows/{started}/history").json()["total"] == 0

        # One that this gateway has never heard of, by the UUID that another one returned.
        asked = BuildRequest(build_id="other-1", project_id="birds", user_id="ada", title="T", requirements="# T")
        asked = asked.model_copy(update={"profile": "manual"})
        asyncio.run_coroutine_threadsafe(elsewhere.start(asked), loop).result(30)
        _until(lambda: there.grace.get(f"/api/workflows/{build_key('other-1')}/status").status_code == 200)
        hidden = there.as_("stranger").get("/api/workflows/build-other-1/status")
        assert hidden.status_code == 503  # nobody who is let in sees it, and what SQL has of others cannot be known

        for route in ("/api/workflows", "/api/inbox", "/api/workflows/project/birds/stats"):
            _away(there.grace.get(route), "database_unavailable")
        _away(there.grace.get("/api/workflows/nowhere-1/status"), "database_unavailable")
        _away(there.grace.get(f"/api/workflows/{uuid4()}/status"), "database_unavailable")
        _away(there.grace.get(f"/api/workflows/{before}/status?source=sql"), "database_unavailable")

        database.open()
        _until(lambda: there.grace.get("/api/workflows").status_code == 200)
        assert there.grace.get("/api/workflows/nowhere-1/status").status_code == 404


async def test_with_temporal_away_lists_still_answer_and_say_so(
    server: EmbeddedTemporal, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    with house(tmp_path, server.address, f"sqlite:///{tmp_path / 'baton.db'}") as there:
        done = (await asyncio.to_thread(there.start, build_id="done-1"))["workflow_id"]
        await asyncio.to_thread(there.carry, done)
        there.start(build_id="stands-1")
        there.until_sql_knows("done-1", "complete")
        there.until_sql_knows("stands-1", "waiting")

        server.kill()
        await asyncio.to_thread(_without_temporal, there, done)
        await server.start()  # in memory: it has forgotten everything
        await asyncio.to_thread(_forgotten, there, done)


def _without_temporal(there: House, done: str) -> None:
    _until(lambda: there.grace.get("/readyz").json()["temporal"] == "away")
    listed = there.grace.get("/api/workflows").json()
    assert {one["build_id"] for one in listed["builds"]} == {"first", "done-1", "stands-1"}
    for told in (listed, there.grace.get("/api/inbox").json(), there.grace.get(_STATS).json()):
        assert told["notice"].startswith("Temporal at ")
        assert told["notice"].endswith(". This is what SQL had last")
    assert there.grace.get(_STATS).json()["completed"] == 1

    for route in ("status", "history", "journal", "artifacts", "diff"):
        said = _away(there.grace.get(f"/api/workflows/{done}/{route}"), "temporal_unavailable")
        assert said.endswith("What SQL knew last is told with ?source=sql")
    stale = there.grace.get("/api/workflows/stands-1/status", params={"source": "sql"}).json()
    assert (stale["current_state"], stale["source"]) == ("discovery", "sql")
    assert stale["notice"] == "This is what SQL has, as was asked: it may be behind"
    assert there.grace.get(f"/api/workflows/{done}/history?source=sql").json()["total"] == 5

    asked: dict[str, Any] = {"build_id": "new-1", "requirements": "# T"}
    _away(there.grace.post("/api/workflows/birds/start", json=asked), "temporal_unavailable")
    for command in ("pause", "cancel"):
        _away(there.grace.post(f"/api/workflows/{done}/{command}"), "temporal_unavailable")


_STATS = "/api/workflows/project/birds/stats"


def _forgotten(there: House, done: str) -> None:
    _until(lambda: there.grace.get("/readyz").json()["temporal"] == "ok")
    told = there.grace.get(f"/api/workflows/{done}/status").json()
    assert (told["current_state"], told["source"]) == ("complete", "sql")
    assert told["notice"] == "Temporal no longer keeps this build: this is what SQL has"
    assert there.grace.get(f"/api/workflows/{done}/journal").json()["entries"][-1]["kind"] == "build_completed"
    assert there.grace.get(f"/api/workflows/{done}/status?source=temporal").status_code == 404

    ended = there.grace.post(f"/api/workflows/{done}/pause")
    assert (ended.status_code, ended.json()["code"]) == (409, "already_ended")
    assert ended.json()["detail"].endswith("Temporal no longer keeps it")
    lost = there.grace.post("/api/workflows/stands-1/pause")
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")


def _until(condition: Any) -> None:
    deadline = monotonic() + 30
    while not condition():
        assert monotonic() < deadline
