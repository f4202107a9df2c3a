"""Databases that are away or do not let us in: told plainly, and never with a password."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import Engine

from baton.store import schema
from baton.store.engine import open_engine
from baton.store.errors import DatabaseUnavailable
from baton.store.mirror import Mirror
from baton.store.reading import list_builds
from tests.journals import happy

RIGHT, WRONG = "s3cr3t-h0rse", "wr0ng-h0rse"


@pytest.fixture
def guarded(postgres_url: str) -> Iterator[str]:
    """The folder of a server's socket, behind which the role ``anna`` needs a password."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = Path(row[0])
        before = rules.read_text()
        rules.write_text(f"local all anna scram-sha-256\n{before}")
        connection.execute(f"CREATE ROLE anna LOGIN PASSWORD '{RIGHT}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        yield parse_qs(urlsplit(postgres_url).query)["host"][0]
        rules.write_text(before)
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("DROP ROLE anna")


def _all_that_is_told(error: BaseException | None) -> str:
    told = []
    while error is not None:
        told.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(told)


@pytest.mark.parametrize(
    "form", ["postgresql://anna:{0}@/postgres?host={1}", "postgresql://anna@/postgres?host={1}&password={0}"]
)
def test_a_wrong_password_is_never_echoed(guarded: str, form: str) -> None:
    engine = open_engine(form.format(WRONG, guarded))

    with pytest.raises(DatabaseUnavailable, match='password authentication failed for user "anna"') as refusal:
        list_builds(engine)

    assert WRONG not in _all_that_is_told(refusal.value)
    assert WRONG not in repr(engine)
    engine.dispose()


def test_the_right_password_opens_the_door(guarded: str) -> None:
    engine = open_engine(f"postgresql://anna:{RIGHT}@/postgres?host={guarded}")

    assert schema.current(engine) is None
    engine.dispose()


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = open_engine(f"postgresql://anna:{RIGHT}@127.0.0.1:{port}/baton")

    with pytest.raises(
        DatabaseUnavailable, match=rf"postgresql://anna:\*\*\*@127.0.0.1:{port}/baton cannot be used: .*refused"
    ) as refusal:
        Mirror(engine).write(happy().batch())

    assert RIGHT not in _all_that_is_told(refusal.value)
    engine.dispose()


def test_a_database_that_does_not_exist_is_unavailable_not_outdated(postgres_url: str) -> None:
    engine = open_engine(postgres_url.replace("/postgres?", "/nowhere?"))

    with pytest.raises(DatabaseUnavailable, match='database "nowhere" does not exist'):
        list_builds(engine)
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_was_cut_while_idle_is_replaced(engine: Engine, database_url: str) -> None:
    mirror = Mirror(engine)
    mirror.write(happy().batch(1, 5))
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    mirror.write(happy().batch())

    assert len(list_builds(engine)) == 1
