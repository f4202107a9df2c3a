"""The commands of tokens, on a SQLite file that holds them."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from baton.store.engine import open_engine
from baton.store.tokens import find_token
from tests.command_line import CommandLine


@pytest.fixture(autouse=True)
def _tables(cli: CommandLine) -> None:
    assert cli.now("db", "upgrade").code == 0


def _create(cli: CommandLine, *arguments: str) -> dict[str, object]:
    said = cli.now("token", "create", *arguments, "--json")
    assert said.code == 0, said.err
    document: dict[str, object] = said.json
    return document


def test_a_token_is_shown_alone_on_standard_output_so_that_a_script_can_take_it(
    cli: CommandLine, tmp_path: Path
) -> None:
    said = cli.now("token", "create", "grace", "--role", "admin", "--note", "of the lead")
    assert said.code == 0
    assert re.fullmatch(r"baton_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\n", said.out)
    assert said.out.strip() not in said.err
    assert "not shown again" in said.err
    engine = open_engine(f"sqlite:///{tmp_path}/home/baton.db")
    record = find_token(engine, said.out.strip())
    engine.dispose()
    assert record is not None
    assert (record.name, record.created_by, record.note) == ("grace", "ada", "of the lead")


def test_a_token_can_be_for_a_role_for_projects_and_for_a_time(cli: CommandLine) -> None:
    made = _create(
        cli,
        "ide",
        "--role",
        "AGENT",
        "--plays",
        "code_writer",
        "--project",
        "birds",
        "--project",
        "bees",
        "--expires",
        "90d",
    )
    assert (made["role"], made["plays"], made["projects"]) == ("agent", "code_writer", ["birds", "bees"])
    ends = datetime.fromisoformat(str(made["expires_at"]))
    assert abs(ends - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    until = _create(cli, "ci", "--role", "builder", "--expires", "2999-12-31")
    assert str(until["expires_at"]).startswith("2999-12-31T00:00:00")
    assert until["projects"] is None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--role", "agent"], "--plays ROLE"),
        (["--role", "viewer", "--plays", "code_writer"], "no other does"),
        (["--role", "god"], "god"),
        (["--role", "viewer", "--expires", "soon"], "90d"),
        (["--role", "viewer", "--expires", "2001-01-01"], "in the past"),
        (["--role", "viewer", "--expires", "0d"], "in the past"),
        ([], "--role"),
    ],
)
def test_what_makes_no_token_is_said(cli: CommandLine, arguments: list[str], why: str) -> None:
    said = cli.now("token", "create", "grace", *arguments)
    assert (said.code, said.out) == (2, "")
    assert why in said.told


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 101])
def test_a_name_fits_into_a_line_of_a_journal(cli: CommandLine, name: str) -> None:
    assert cli.now("token", "create", name, "--role", "viewer").code == 2


def test_the_list_tells_everything_but_the_secret(cli: CommandLine) -> None:
    assert "No tokens" in cli.now("token", "list").out
    made = _create(cli, "grace", "--role", "viewer", "--project", "birds", "--note", "of the lead")
    listed = cli.now("token", "list")
    assert "viewer in birds" in listed.told
    assert "never valid of the lead" in listed.told
    whole = cli.now("token", "list", "--json")
    assert whole.json["tokens"] == [{key: value for key, value in made.items() if key != "token"}]
    assert str(made["token"])[-43:] not in whole.out + listed.out


def test_a_token_is_revoked_by_the_beginning_of_its_id(cli: CommandLine) -> None:
    made, other = _create(cli, "grace", "--role", "viewer"), _create(cli, "ada", "--role", "admin")
    said = cli.now("token", "revoke", UUID(str(made["id"])).hex[:12], "--json")
    assert said.code == 0
    assert [one["id"] for one in said.json["revoked"]] == [made["id"]]
    assert said.json["revoked"][0]["revoked_by"] == "ada"
    left = {one["id"] for one in cli.now("token", "list", "--json").json["tokens"] if one["revoked_at"] is None}
    assert left == {other["id"]}


def test_all_tokens_of_a_name_are_revoked_at_once(cli: CommandLine) -> None:
    for role in ("viewer", "builder"):
        _create(cli, "grace", "--role", role)
    _create(cli, "ada", "--role", "admin")
    said = cli.now("token", "revoke", "--name", "grace")
    assert (said.code, said.out.count("revoked")) == (0, 2)
    assert cli.now("token", "revoke", "--name", "grace").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        ([], 2, "Say which"),
        (["00", "--name", "grace"], 2, "Say which"),
        (["0123"], 1, "No token has an ID that begins with '0123'"),
        ([""], 1, "No token"),
    ],
)
def test_what_revokes_nothing_is_said(cli: CommandLine, arguments: list[str], code: int, why: str) -> None:
    said = cli.now("token", "revoke", *arguments)
    assert said.code == code
    assert why in said.told


def test_a_database_without_tables_is_told_what_to_do(cli: CommandLine, tmp_path: Path) -> None:
    said = cli.now("token", "list", "--database-url", f"sqlite:///{tmp_path}/empty.db", "--json")
    assert said.code == 1
    assert json.loads(said.out)["error"]["code"] == "schema_outdated"
