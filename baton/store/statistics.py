"""What a database knows of its rows, by which it chooses among indexes."""

from sqlalchemy import Engine

from baton.store.transactions import told

_LOOKED_AT = 1_000
"""Of each index so many rows are looked at: moments, however large the file is."""


def refresh_statistics(engine: Engine) -> None:
    """Have SQLite look at its rows; PostgreSQL does so by itself. Raises :class:`DatabaseUnavailable`.

    Without them SQLite takes every index for equally good, and reads all builds in their order where it could pick out
    the few without a summary. Connections that are open learn of the first statistics at once, of later ones when they
    are made anew.
    """
    if engine.dialect.name != "sqlite":
        return
    with told(engine), engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {_LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")
