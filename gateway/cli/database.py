"""Opening the database that a command works on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.invocation import Invocation

if TYPE_CHECKING:
    from sqlalchemy import Engine

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url", metavar="URL", help="The database. Default: BATON_DATABASE_URL, or SQLite in .baton/."
    ),
]


@contextmanager
def database(call: Invocation, url: str | None) -> Iterator["Engine"]:
    """The database of the option, else of the settings. Raises SettingsError and StoreError."""
    from baton.runtime.settings import Settings
    from baton.store.engine import open_engine
    from baton.store.urls import redacted

    engine = open_engine(Settings.from_environment(os.environ, database_url=url).database_url)
    call.output.detail(f"Database: {redacted(engine.url)}")
    try:
        yield engine
    finally:
        engine.dispose()
