"""Database URLs: what is taken, what is refused, and what is never shown."""

import pytest
from sqlalchemy import make_url

from baton.store.errors import UnsupportedDatabase
from baton.store.urls import parse_url, redacted, scrubbed

SECRET = "s3cr3t-h0rse"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg(scheme: str) -> None:
    url = parse_url(f"{scheme}://anna:{SECRET}@db.example:5433/baton?sslmode=require")

    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "anna",
        SECRET,
        "db.example",
        5433,
        "baton",
    )
    assert url.query == {"sslmode": "require"}


@pytest.mark.parametrize(
    "text",
    [
        f"mysql://anna:{SECRET}@host/db",
        f"postgresql+asyncpg://anna:{SECRET}@host/db",
        f"postgresql://anna:{SECRET}/db",
        f"postgresql://anna:p@{SECRET}@host/db",
        f"postgresql://anna:p@x/{SECRET}@host/db",
        f"{SECRET}",
        "",
        f"anna:{SECRET}@host/db",
    ],
)
def test_what_cannot_be_used_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(UnsupportedDatabase, match=r"expected sqlite:///path/to/file.db or postgresql://") as refusal:
        parse_url(text)

    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="needs a plain file, not a database in memory"):
        parse_url(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://anna:{SECRET}@db:5433/baton", "postgresql://anna:***@db:5433/baton"),
        (
            f"postgresql://anna@db/baton?password={SECRET}&sslmode=require",
            "postgresql://anna:***@db/baton?sslmode=require",
        ),
        (f"postgresql://anna:{SECRET}@/baton?host=/run/pg", "postgresql://anna:***@/baton?host=/run/pg"),
        ("sqlite:////var/lib/baton/mirror.db", "sqlite:////var/lib/baton/mirror.db"),
    ],
)
def test_a_shown_url_has_no_password(text: str, shown: str) -> None:
    assert redacted(parse_url(text)) == shown


def test_a_password_that_a_driver_quotes_is_blotted_out() -> None:
    url = make_url(f"postgresql://anna:{SECRET}@db/baton")

    assert scrubbed(f"bad option {SECRET!r}", url) == "bad option '***'"


def test_a_short_password_does_not_garble_the_message() -> None:
    assert scrubbed("a database is away", make_url("postgresql://anna:a@db/baton")) == "*** database is away"
