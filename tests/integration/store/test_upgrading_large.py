"""Indexes that an operator makes before an upgrade, as the docs say it, are those that the upgrade would make."""

import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from baton.store import schema
from tests.integration.store.test_migrations import go

DOCS = Path(__file__).parents[3] / "docs" / "upgrades.md"
INDEXES = 12
REPLACED = "ix_build_workflows_user_page"

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer


@pytest.fixture
def before(engine: Engine) -> Engine:
    """A PostgreSQL database of the revision before."""
    go(engine, command.downgrade, "0007")
    return engine


def _statements() -> list[str]:
    (block,) = re.findall(r"```sql postgresql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return [statement for statement in block.split(";") if statement.strip()]


def _prepare(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _statements():
            connection.execute(text(statement))


def _indexes(engine: Engine) -> dict[str, int]:
    """Those of builds, and what tells one that was made anew from the one of before."""
    query = "SELECT indexrelid::regclass::text, indexrelid FROM pg_index WHERE indrelid = 'build_workflows'::regclass"
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}


def test_the_upgrade_takes_indexes_that_were_made_beforehand(before: Engine) -> None:
    old = _indexes(before)
    _prepare(before)
    made = _indexes(before)
    assert len(made) == len(old) + INDEXES
    schema.upgrade(before)
    assert _indexes(before) == {name: number for name, number in made.items() if name != REPLACED}
    assert schema.check(before) == []


def test_the_upgrade_makes_an_index_anew_that_is_not_whole(before: Engine) -> None:
    _prepare(before)
    made = _indexes(before)
    names = {"ix_build_workflows_page", "ix_build_workflows_state_status_page"}
    with before.begin() as connection:
        for name in names:
            connection.execute(
                text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST(:name AS regclass)"),
                {"name": name},
            )
    schema.upgrade(before)
    assert {name for name, number in _indexes(before).items() if made[name] != number} == names
    with before.connect() as connection:
        assert not connection.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
    assert schema.check(before) == []


def test_the_docs_make_all_that_the_upgrade_would(before: Engine) -> None:
    _prepare(before)
    made = _definitions(before)
    go(before, command.upgrade, "head")
    go(before, command.downgrade, "0007")
    go(before, command.upgrade, "head")
    assert _definitions(before) == {one for one in made if f"INDEX {REPLACED} " not in one}


def _definitions(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'build_workflows'")))
