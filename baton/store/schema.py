"""The schema of a database: which revision it has, bringing it up to date, and checking it."""

from pathlib import Path
from uuid import uuid5

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from baton.store.drift import Difference, table_differences, trigger_differences, view_differences
from baton.store.errors import SchemaOutdated
from baton.store.ids import NAMESPACE
from baton.store.newer import hindrances
from baton.store.transactions import alone, reading, upgrade_command
from baton.store.urls import redacted

_SCRIPTS = Path(__file__).parent / "migrations"
LOCK = uuid5(NAMESPACE, "schema")
"""Who changes the schema holds this."""

_MOST_SHOWN = 5


def upgrade(engine: Engine) -> str:
    """Bring the schema to :func:`head`, and say which it has. Safe to be done by several processes at once.

    A later version's schema is left as it is. Raises :class:`SchemaOutdated` when this version cannot write to it.
    """
    if (found := current(engine)) is not None and is_newer(found):
        return require_usable(engine)
    config = _config()
    with alone(engine, LOCK) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def current(engine: Engine) -> str | None:
    """The revision of the database; ``None`` when it has none of the tables yet."""
    with reading(engine) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def head() -> str:
    """The revision that this version of Baton works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError(f"no migrations in {str(_SCRIPTS)!r}: this installation is incomplete")
    return revision


def check(engine: Engine) -> list[Difference]:
    """What of the schema is not as this version of Baton has it; empty when all is well. Changes nothing."""
    found = current(engine)
    differences = []
    if found != head():
        has = "the database has no revision" if found is None else f"the database has revision {found!r}"
        differences.append(Difference("alembic_version", f"{has}; this version of Baton works with {head()!r}"))
    with reading(engine) as session:
        connection = session.connection()
        told = table_differences(connection) + view_differences(connection)
        return differences + told + (trigger_differences(connection) if found is not None else [])


def is_newer(revision: str) -> bool:
    """Whether ``revision`` is one that this version of Baton does not know: it is a later one's."""
    return revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def require_usable(engine: Engine) -> str:
    """The revision of the database: :func:`head`, or a later one that this version of Baton can write to all the same.

    Raises :class:`SchemaOutdated` for any other, with what to run.
    """
    found = current(engine)
    if found == head():
        return found
    where = redacted(engine.url)
    if found is not None and is_newer(found):
        with reading(engine) as session:
            hindering = hindrances(session.connection())
        if not hindering:
            return found
        shown = "; ".join(str(difference) for difference in hindering[:_MOST_SHOWN])
        raise SchemaOutdated(
            f"the database {where} has the schema {found!r}, which this version of Baton does not know (it knows up "
            f"to {head()!r}) and cannot write to: {shown}. Use the version of Baton that upgraded it, or a later one"
        )
    has = "has no tables yet" if found is None else f"has the schema {found!r}"
    raise SchemaOutdated(
        f"the database {where} {has}, and this version of Baton works with {head()!r}; run: {upgrade_command(engine)}"
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
