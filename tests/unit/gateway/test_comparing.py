"""``report compare`` on the command line, from a real SQLite file."""

import csv
import io
from pathlib import Path

import pytest

from baton.domain.vocabulary import Phase, State
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.command_line import CommandLine
from tests.journals import happy, reworked


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A build with rework, a fork of it and a stranger."""
    url = f"sqlite:///{tmp_path / 'mirror.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    origin = reworked("b-1")
    for story in (origin, origin.fork(Phase.TESTING, "b-2").until(State.COMPLETE), happy("b-9")):
        Mirror(engine).write(story.batch())
    engine.dispose()
    return url


def test_the_screen_shows_both_and_where_they_part(cli: CommandLine, url: str) -> None:
    said = cli.now("report", "compare", "b-1", "b-2", "--database-url", url)
    assert said.code == 0
    assert "b-2 was forked from b-1: they part where testing began there, with entry" in said.told
    assert "implementation b-1 2" in said.told
    assert "b-2 from its origin" in said.told
    assert "rework rounds 1 0" in said.told
    assert "have no build in common" in cli.now("report", "compare", "b-9", "b-2", "--database-url", url).told


def test_json_and_csv_say_the_same(cli: CommandLine, url: str) -> None:
    document = cli.now("report", "compare", "b-1", "b-2", "--database-url", url, "--json").json
    assert document.keys() == {"one", "other", "parting"}
    told = cli.now("report", "compare", "b-1", "b-2", "--database-url", url, "--csv").out
    rows = list(csv.DictReader(io.StringIO(told, newline="")))
    assert [(row["build_id"], row["phase"], row["rounds"]) for row in rows] == [
        (phase["build_id"], phase["phase"], str(phase["rounds"]))
        for side in ("one", "other")
        for phase in document[side]["phases"]
    ]
    told = cli.now("report", "compare", "b-1", "b-2", "--database-url", url, "--csv", "--table", "builds").out
    assert [row["forked_from"] for row in csv.DictReader(io.StringIO(told, newline=""))] == ["", "b-1"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["b-1", "nobody"], 1, "SQL has no build 'nobody'"),
        (["b-1", "b-2", "--csv", "--json"], 2, "--csv and --json both want standard output"),
        (["b-1", "b-2", "--table", "phases"], 2, "add --csv"),
        (["b-1", "b-2", "--csv", "--table", "x"], 2, "there is no table 'x'; there are: phases, builds"),
    ],
)
def test_what_cannot_be_compared_is_told(cli: CommandLine, url: str, options: list[str], code: int, words: str) -> None:
    said = cli.now("report", "compare", *options, "--database-url", url)
    assert said.code == code
    assert words in said.told
