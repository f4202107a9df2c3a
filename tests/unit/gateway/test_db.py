"""The schema commands, on real SQLite files."""

from pathlib import Path

import pytest
from sqlalchemy import text

from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.schema import head
from tests.command_line import CommandLine
from tests.journals import happy


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'mirror.db'}"


def test_upgrade_then_check_then_current(cli: CommandLine, url: str) -> None:
    upgraded = cli.now("db", "upgrade", "--database-url", url, "--json")
    again = cli.now("db", "upgrade", "--database-url", url, "-v")
    checked = cli.now("db", "check", "--database-url", url, "--json")
    current = cli.now("db", "current", "--database-url", url, "--json")

    assert upgraded.json == {"database": url, "before": None, "after": head()}
    assert (again.code, "is up to date" in again.told, f"Database: {url}" in again.told) == (0, True, True)
    assert (checked.code, checked.json["differences"]) == (0, [])
    assert current.json["up_to_date"] is True


def test_check_names_every_difference_and_fails(cli: CommandLine, url: str) -> None:
    cli.now("db", "upgrade", "--database-url", url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_workflow_events_event_type"))
        connection.execute(text("DROP TABLE workflow_handoffs"))
    engine.dispose()
    said = cli.now("db", "check", "--database-url", url)
    listed = cli.now("db", "check", "--database-url", url, "--json")

    assert said.code == listed.code == 1
    assert "workflow_handoffs: the table is missing" in said.out
    assert "'ix_workflow_events_event_type' on event_type is missing" in said.out
    tables = [one["table"] for one in listed.json["differences"]]
    assert tables == [
        *("workflow_events", "workflow_handoffs"),
        *("report_builds", "report_projects", "unsummarized_builds"),
    ]


def test_builds_that_have_ended_are_summarized_at_once(cli: CommandLine, url: str) -> None:
    cli.now("db", "upgrade", "--database-url", url)
    engine = open_engine(url)
    Mirror(engine).write(happy("b-1").batch())
    engine.dispose()
    said = [cli.now("db", "summarize", "--database-url", url, "--json").json["summarized"] for _ in range(2)]

    assert said == [1, 0]
    assert "0 summarized" in cli.now("db", "summarize", "--database-url", url).told


def test_sqlite_is_not_divided(cli: CommandLine, url: str) -> None:
    cli.now("db", "upgrade", "--database-url", url)
    divided = cli.now("db", "partition", "--database-url", url)
    forgotten = cli.now("db", "forget", "--before", "2026-03-01", "--yes", "--database-url", url)

    assert (divided.code, forgotten.code) == (1, 1)
    assert "SQLite has no partitions: keep the mirror in PostgreSQL" in divided.err
    assert "The tables are not divided: run python starter.py db partition first" in forgotten.err


def test_nothing_is_forgotten_without_a_yes_or_a_day(cli: CommandLine, url: str) -> None:
    unsure = cli.now("db", "forget", "--before", "2026-03-01", "--database-url", url)
    never = cli.now("db", "forget", "--before", "soon", "--yes", "--database-url", url)

    assert (unsure.code, never.code) == (2, 2)
    assert "add --yes" in unsure.err
    assert "--before 'soon' is no day, such as 2026-03-01" in never.err


def test_a_database_without_tables_says_what_to_run(cli: CommandLine, url: str) -> None:
    said = cli.now("list", "--database-url", url, "--json")

    assert (said.code, said.json["error"]["code"]) == (1, "schema_outdated")
    assert f"run: python starter.py db upgrade --database-url '{url}'" in said.err


@pytest.mark.parametrize("command", [("list",), ("db", "check"), ("db", "upgrade"), ("db", "current")])
def test_a_password_is_never_echoed(cli: CommandLine, command: tuple[str, ...]) -> None:
    for bad in (
        "postgresql://ada:s3cr-et@127.0.0.1:1/baton",
        "mysql://ada:s3cr-et@db/baton",
        "postgresql://ada:s3cr-et@[broken/baton",
    ):
        said = cli.now(*command, "--database-url", bad, "-v")
        assert said.code in (2, 3)
        assert said.err.count("error: ") == 1
        assert "s3cr-et" not in said.out + said.err


def test_a_database_that_does_not_answer_is_unreachable(cli: CommandLine) -> None:
    said = cli.now("db", "current", "--database-url", "postgresql://ada:x@127.0.0.1:1/baton", "--json")

    assert (said.code, said.json["error"]["code"]) == (3, "database_unavailable")


def test_the_variable_is_read_when_there_is_no_option(
    cli: CommandLine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", url)

    assert cli.now("db", "upgrade", "--json").json["database"] == url
