"""The journal: every way to break it is told by its name."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from baton.domain.journal import Head, chained
from baton.store.engine import open_engine
from tests.command_line import CommandLine
from tests.integration.releases.home import HOLDS, Released, Verifier, entries_of, journal_file


def _in_sql(released: Released, statement: str, **values: object) -> None:
    engine = open_engine(released.database_url)
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1
    engine.dispose()


def test_an_entry_that_was_edited_in_sql_is_noticed(verify: Verifier) -> None:
    edit = "UPDATE workflow_events SET event_data = replace(event_data, :old, :new) WHERE sequence = :sequence"
    tested = next(one for one in entries_of(verify.released) if "tests_run" in str(one.data))
    _in_sql(verify.released, edit, old='"tests_run":2', new='"tests_run":9', sequence=tested.sequence)
    assert verify.links() == HOLDS | {"journal": "broken"}
    assert f"entry {tested.sequence} was changed" in verify.broken()["journal"]


def test_an_entry_that_was_removed_from_sql_is_noticed(verify: Verifier) -> None:
    _in_sql(verify.released, "DELETE FROM workflow_events WHERE sequence = 5")
    assert "entry 5 is missing" in verify.broken()["journal"]


def test_a_row_that_is_no_entry_is_told(verify: Verifier) -> None:
    _in_sql(verify.released, "UPDATE workflow_events SET timestamp = :when WHERE sequence = 5", when="yesterday")
    assert "journal" in verify.broken()


def test_a_journal_that_was_written_anew_does_not_fit_the_manifest(verify: Verifier, tmp_path: Path) -> None:
    head, forged = Head(), []
    for entry in entries_of(verify.released):
        data = json.loads(json.dumps(entry.data).replace('"Adder"', '"Subtracter"'))
        forged.append(chained(head, entry.kind, entry.actor, entry.at, data, entry.command_id))
        head = forged[-1].head
    file = journal_file(verify.released, tmp_path / "forged.json", forged)
    assert verify.links("--journal", file) == HOLDS | {"journal": "broken"}
    assert "does not have before its release" in verify.broken("--journal", file)["journal"]


def test_a_build_that_is_not_complete_has_released_nothing(verify: Verifier, tmp_path: Path) -> None:
    file = journal_file(verify.released, tmp_path / "cut.json", entries_of(verify.released)[:-2])
    assert "is not complete: it is in 'deployment'" in verify.broken("--journal", file)["journal"]


def test_a_journal_without_its_beginning_is_not_enough(verify: Verifier, tmp_path: Path) -> None:
    file = journal_file(verify.released, tmp_path / "cut.json", entries_of(verify.released)[3:])
    assert "entry 1 is missing" in verify.broken("--journal", file)["journal"]


@pytest.mark.parametrize("content", [None, "", "[]", '{"entries": [{}]}', '{"entries": []}'])
def test_a_file_that_holds_no_journal_is_told(verify: Verifier, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "journal.json"
    if content is not None:
        file.write_text(content)
    assert list(verify.broken("--journal", file)) == ["journal"]


def test_without_a_database_the_journal_has_to_be_given(verify: Verifier, tmp_path: Path) -> None:
    file = journal_file(verify.released, tmp_path / "journal.json")
    (verify.released.home / "baton.db").unlink()
    assert "is not there → give the journal by file: --journal FILE" in verify.broken()["journal"]
    assert not (verify.released.home / "baton.db").exists()
    assert verify.links("--journal", file) == HOLDS


def test_a_database_that_does_not_know_the_build_is_told(verify: Verifier, cli: CommandLine, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    cli.now("db", "upgrade", "--database-url", other)
    assert "no build in" in verify.broken("--database-url", other)["journal"]
