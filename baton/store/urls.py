"""Database URLs: read, checked, and shown without their passwords."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from baton.store.errors import UnsupportedDatabase

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}
_SHOWN_OPTIONS = {"host", "port", "sslmode"}
_EXPECTED = "expected sqlite:///path/to/file.db or postgresql://user:password@host/database"
_UNREADABLE = (
    f"the database URL cannot be read; {_EXPECTED} (in a password, write @ as %40, : as %3A, / as %2F, % as %25)"
)


def parse_url(text: str) -> URL:
    """The URL of a database that Baton can use, with its driver. Raises :class:`UnsupportedDatabase`.

    Messages never quote ``text``: whatever could not be read may be a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabase(_UNREADABLE) from None
    if url.drivername in _POSTGRESQL:
        return _postgresql(url)
    if url.drivername not in _SQLITE:
        raise UnsupportedDatabase(f"{url.drivername!r} databases are not supported; {_EXPECTED}")
    if url.database in (None, "", ":memory:") or "uri" in url.query:
        raise UnsupportedDatabase(
            f"the mirror needs a plain file, not a database in memory or a file: URI; {_EXPECTED}"
        )
    return url.set(drivername="sqlite")


def _postgresql(url: URL) -> URL:
    if "@" in f"{url.host}{url.database}":
        raise UnsupportedDatabase(_UNREADABLE)  # a piece of the password stands where the host should
    if (password := url.query.get("password")) is not None:
        url = url.difference_update_query(["password"]).set(password=str(password))
    return url.set(drivername="postgresql+psycopg")


def redacted(url: URL) -> str:
    """``url`` for messages: no password, and of its options only those that say where the database is."""
    query = {name: value for name, value in url.query.items() if name in _SHOWN_OPTIONS}
    shown = url.set(drivername=url.get_backend_name(), query=query)
    return shown.render_as_string(hide_password=True).replace("%2F", "/")


def scrubbed(message: str, url: URL) -> str:
    """``message`` with the password of ``url`` blotted out, should a driver ever quote it."""
    if not url.password:
        return message
    return re.sub(rf"(?<!\w){re.escape(str(url.password))}(?!\w)", "***", message)
