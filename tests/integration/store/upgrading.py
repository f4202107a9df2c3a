"""A process that upgrades a database."""

from baton.store import schema
from baton.store.engine import open_engine


def upgraded(database_url: str) -> str:
    """The revision that it has then."""
    engine = open_engine(database_url)
    try:
        return schema.upgrade(engine)
    finally:
        engine.dispose()
