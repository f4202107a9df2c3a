"""Reports on the command line, from a real SQLite file."""

import csv
import io
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from gateway.charts import drawing
from tests.command_line import CommandLine, Said
from tests.journals import STORIES, Story, request

REPORTS = ("project", "roles", "costs", "builds")
TABLES = {
    "project": ("projects", "phases", "rework", "throughput", "waits", "costs"),
    "roles": ("roles", "rework"),
    "costs": ("projects", "roles", "models", "programs"),
}
KEYS = {
    "project": {"figures", "projects", "phases", "rework", "throughput", "waits", "costs"},
    "roles": {"roles", "rework"},
    "costs": {"figures", "by_project", "by_role", "by_model", "by_program"},
    "builds": {"builds"},
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A mirror with each story, and with a build whose names are not harmless."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reports') / 'mirror.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    stories = [tell(f"b-{name}") for name, tell in STORIES.items()]
    for story in (
        *stories,
        Story.begin(request("odd", project_id="+$x$ [red]\u202e\x9b", title="@sum", user_id="=1+1")),
    ):
        Mirror(engine).write(story.batch())
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A mirror without builds."""
    url = f"sqlite:///{tmp_path_factory.mktemp('nothing') / 'mirror.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url


def _rows(said: Said) -> list[dict[str, str]]:
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out, newline="")))


def test_the_screen_says_how_projects_do(cli: CommandLine, url: str) -> None:
    said = cli.now("report", "project", "--project", "payments", "--database-url", url)

    assert said.code == 0
    for told in ("5 builds · 4 complete", "success rate 100 %", "first-pass yield 25 %", "fails most in testing"):
        assert told in said.told
    assert "test auditor code writer 2 2" in said.told
    assert "decision 2 1" in said.told


@pytest.mark.parametrize("report", REPORTS)
def test_names_from_outside_are_made_harmless(cli: CommandLine, url: str, report: str, tmp_path: Path) -> None:
    said = cli.now("report", report, "--database-url", url, "--png", str(tmp_path / "drawn.svg"))

    assert said.code == 0
    assert not {"\x9b", "\u202e"} & set(said.out)
    assert report == "roles" or "+$x$ [red]" in said.out
    ElementTree.parse(tmp_path / "drawn.svg")


@pytest.mark.parametrize("report", REPORTS)
def test_without_builds_it_says_so(cli: CommandLine, nothing: str, report: str, tmp_path: Path) -> None:
    picture = tmp_path / "drawn.png"
    said = cli.now("report", report, "--database-url", nothing, "--png", str(picture))

    assert said.code == 0
    assert "No builds." in said.out or "No work was sent back." in said.out
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize("report", REPORTS)
def test_json_is_one_document_with_stable_keys(cli: CommandLine, url: str, report: str) -> None:
    said = cli.now("report", report, "--database-url", url, "--json")

    assert said.code == 0
    assert set(said.json) == KEYS[report]
    if report == "project":
        assert said.json["figures"]["total"] == 6
        assert said.json["throughput"][0] == {
            "begins": "2026-03-01",
            "days": 1,
            "started": 6,
            "completed": 4,
            "failed": 0,
            "cancelled": 0,
        }


@pytest.mark.parametrize(("report", "table"), [(report, table) for report, names in TABLES.items() for table in names])
def test_every_table_is_csv_with_a_heading(cli: CommandLine, url: str, report: str, table: str) -> None:
    said = cli.now("report", report, "--database-url", url, "--csv", "--table", table)

    rows = _rows(said)
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)
    assert said.out.endswith("\r\n")


def test_a_text_that_would_be_a_formula_is_none_in_csv(cli: CommandLine, url: str) -> None:
    rows = _rows(cli.now("report", "builds", "--database-url", url, "--csv"))
    (row,) = [row for row in rows if row["build_id"] == "odd"]

    assert (row["user_id"], row["title"], row["project_id"][:2]) == ("'=1+1", "'@sum", "'+")
    assert (row["first_pass"], row["completed_at"], row["created_at"]) == ("", "", "2026-03-01T12:00:00.123456+00:00")


@pytest.mark.parametrize("report", REPORTS)
def test_a_picture_is_a_png_of_a_size_to_be_looked_at(cli: CommandLine, url: str, report: str, tmp_path: Path) -> None:
    picture = tmp_path / "drawn.PNG"
    said = cli.now("report", report, "--database-url", url, "--csv", "--png", str(picture))

    assert _rows(said)
    assert said.err == ""
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1872
    assert 700 < height < 1800
    assert len(data) > 20_000


def test_the_same_numbers_give_the_same_picture(cli: CommandLine, url: str, tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        cli.now("report", "project", "--database-url", url, "--png", str(tmp_path / name))

    drawn = (tmp_path / "one.svg").read_text()
    assert drawn == (tmp_path / "two.svg").read_text()
    for told in ("Lead time", "First-pass yield", "Throughput", "Waits for people", "test auditor → code writer"):
        assert f">{told}</text>" in drawn


def test_a_day_counts_whole_at_both_ends(cli: CommandLine, url: str) -> None:
    def found(*options: str) -> int:
        said = cli.now("report", "builds", "--project", "payments", "--database-url", url, "--csv", *options)
        return len(_rows(said))

    assert found("--since", "2026-03-01", "--until", "2026-03-01") == 5
    assert found("--until", "2026-02-28") == found("--since", "2026-03-02") == 0
    assert found("--since", "2026-03-01T12:00:00.123456") == 5
    assert found("--until", "2026-03-01T13:00:00.123456+01:00") == 0
    assert found("--until", "9999-12-31") == 5
    assert found("--limit", "2") == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--since", "yesterday"), "--since 'yesterday' is neither a day, such as 2026-03-01, nor a time"),
        (("--until", "0001-01-01T00:00+14:00"), "--until '0001-01-01T00:00+14:00' is neither a day"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "no build can lie between them"),
        (("--csv", "--json"), "--csv and --json both want standard output: choose one"),
        (("--table", "phases"), "--table chooses what --csv gives: add --csv"),
        (("--csv", "--table", "fazes"), "there is no table 'fazes'; there are: projects, phases, rework"),
    ],
)
def test_options_that_cannot_be_are_one_clear_error(
    cli: CommandLine, url: str, options: tuple[str, ...], told: str
) -> None:
    said = cli.now("report", "project", "--database-url", url, *options)

    assert said.code == 2
    assert told in said.told
    assert said.err.count("error: ") == 1


def test_a_picture_that_cannot_be_drawn_is_one_clear_error(
    cli: CommandLine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(path: Path) -> str:
        said = cli.now("report", "roles", "--database-url", url, "--png", str(path), "--json")
        assert (said.code, said.json["error"]["code"], said.err.count("error: ")) == (1, "chart_not_drawn", 1)
        return said.told

    assert "let the file end in .png or .svg, not 'drawn.gif'" in told(tmp_path / "drawn.gif")
    assert "There is no folder" in told(tmp_path / "none" / "drawn.png")
    (tmp_path / "folder.png").mkdir()
    assert "cannot be written: Is a directory" in told(tmp_path / "folder.png")
    monkeypatch.setattr(drawing, "find_spec", lambda _name: None)
    assert "Install it: pip install 'baton-orchestrator[charts]'" in told(tmp_path / "drawn.png")


def test_a_database_without_views_says_what_to_run(cli: CommandLine, tmp_path: Path) -> None:
    said = cli.now("report", "project", "--database-url", f"sqlite:///{tmp_path / 'none.db'}")

    assert said.code == 1
    assert "run: python starter.py db upgrade" in said.err
