"""Database URLs: read, checked, and shown without their passwords."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from baton.store.errors import UnsupportedDatabase

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}
_SHOWN_OPTIONS = {"host", "port", "sslmode"}
_SECRET_OPTIONS = {"password", "sslpassword"}
_EXPECTED = "expected sqlite:///path/to/file.db or postgresql://user:password@host/database"


def parse_url(text: str) -> URL:
    """The URL of a database that Baton can use, with its driver. Raises :class:`UnsupportedDatabase`.

    Messages never quote ``text``: whatever could not be read may be a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabase(
            f"the database URL cannot be read; {_EXPECTED} (write @, :, / and % in a password as %40, %3A, %2F, %25)"
        ) from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _SQLITE:
        raise UnsupportedDatabase(f"{url.drivername!r} databases are not supported; {_EXPECTED}")
    if url.database in (None, "", ":memory:") or "mode=memory" in str(url.database):
        raise UnsupportedDatabase(f"a database in memory forgets every build; {_EXPECTED}")
    return url.set(drivername="sqlite")


def redacted(url: URL) -> str:
    """``url`` for messages: no password, and of its options only those that say where the database is."""
    query = {name: value for name, value in url.query.items() if name in _SHOWN_OPTIONS}
    shown = url.set(drivername=url.get_backend_name(), query=query)
    return shown.render_as_string(hide_password=True).replace("%2F", "/")


def scrubbed(message: str, url: URL) -> str:
    """``message`` with the passwords of ``url`` blotted out, should a driver ever quote one."""
    secrets = {str(url.password or "")} | {str(url.query.get(name, "")) for name in _SECRET_OPTIONS}
    for secret in filter(None, secrets):
        message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", message)
    return message
