"""Opening SQLite files."""

from pathlib import Path

import pytest
from sqlalchemy import text

from baton.store import schema
from baton.store.engine import open_engine
from baton.store.errors import DatabaseUnavailable
from baton.store.reading import list_builds
from baton.store.transactions import reading


def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'deep' / 'down' / 'mirror.db'}")

    schema.upgrade(engine)

    assert (tmp_path / "deep" / "down" / "mirror.db").is_file()
    engine.dispose()


def test_an_engine_shows_no_password() -> None:
    engine = open_engine("postgresql://anna@db/baton?password=s3cr3t&sslpassword=0ther")

    assert repr(engine) == "Engine(postgresql+psycopg://anna:***@db/baton)"
    engine.dispose()


def test_a_file_is_opened_for_many_readers_and_a_writer(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'mirror.db'}")

    with reading(engine) as session:
        answers = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }

    assert answers == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 15_000}
    engine.dispose()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Not a database\n" * 100)
    engine = open_engine(f"sqlite:///{tmp_path / 'README.md'}")

    with pytest.raises(DatabaseUnavailable, match=r"README\.md cannot be used: file is not a database"):
        list_builds(engine)
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DatabaseUnavailable, match=r"the folder '.*/file/deeper' cannot be made: Not a directory"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'deeper' / 'mirror.db'}")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}")

    with pytest.raises(DatabaseUnavailable, match="cannot be used: unable to open database file"):
        list_builds(engine)
    engine.dispose()
