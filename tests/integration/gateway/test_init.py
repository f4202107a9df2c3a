"""``init`` at a terminal and without one."""

import os
import signal
from pathlib import Path

import pytest

from baton.runners.catalogue import Profiles
from tests.command_line import CommandLine
from tests.installed import declare, declared_runners
from tests.terminal import terminal


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    installed = tmp_path / "installed"
    installed.mkdir()
    declare(installed)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
    return kept | {"PYTHONPATH": str(installed), "BATON_USER": "ada", "COLUMNS": "200", "TERM": "dumb"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def test_a_person_is_asked_and_gets_both_files(environ: dict[str, str], shop: Path, tmp_path: Path) -> None:
    with terminal("init", "shop", "--coverage", 90, env=environ, cwd=tmp_path) as person:
        for question, said in [
            ("What is the project called? [shop]", ""),
            ("in one line?", ""),
            ("it cannot be empty", "Slugify"),
            ("in a few words more?", ""),
            (">", "`slugify('A b')` gives `a-b`"),
            (">", ""),
            ("Who writes the code?", "nobody"),
            ("one of claude-code,", "command"),
            ("Which program", "my-agent --print"),
            ("holds the key?", "MY_KEY"),
            ("What shall the profile be called? [shop]", ""),
            ("approve each release?", "y"),
            ("Who may?", ""),
        ]:
            person.until(question)
            person.type(said)
        assert person.end() == 0
    assert "python starter.py start shop/baton/request.md --project shop --profile shop --watch" in person.shown
    assert (shop / "baton" / "request.md").read_text().startswith("# Slugify\n\n## Acceptance criteria\n\n1. `slugify(")
    terms = Profiles(shop / "baton" / "profiles", declared_runners()).load("shop").terms()
    assert terms.minimum_coverage == 90
    assert [section.approvers for section in terms.approvals.values()] == [("ada",)]


@pytest.mark.parametrize(("how", "code"), [("end of input", 2), ("interrupt", 130)])
def test_who_leaves_in_the_middle_leaves_nothing(environ: dict[str, str], shop: Path, how: str, code: int) -> None:
    with terminal("init", env=environ, cwd=shop) as person:
        person.until("What is the project called?")
        person.type("")
        person.until("in one line?")
        if how == "interrupt":
            person.process.send_signal(signal.SIGINT)
        else:
            person.press(b"\x04")
        assert person.end() == code
    assert "Traceback" not in person.shown
    assert list(shop.iterdir()) == []


def test_a_program_says_everything_beforehand(cli: CommandLine, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    arguments = ["init", "--yes", "--title", "Slugify", "--code-writer", "manual", "--approver", "grace", "--json"]
    said = cli.now(*arguments)
    assert said.code == 0
    assert said.json["next"] == [
        "python starter.py dev --profiles baton/profiles",
        "python starter.py start baton/request.md --project shop --profile shop --watch",
    ]
    again = cli.now(*arguments)
    assert (again.code, again.json["error"]["code"]) == (2, "exists")
    before = Path("baton/request.md").read_text()
    assert cli.now(*arguments, "--title", "Another", "--force").code == 0
    assert Path("baton/request.md").read_text() == before.replace("Slugify", "Another")


def test_a_package_called_baton_is_left_alone(cli: CommandLine) -> None:
    said = cli.now("init", str(Path(__file__).parents[3]), "--yes", "--title", "T")

    assert (said.code, "Name the folder of your project" in said.told) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "there is no terminal to ask them on. Give --yes"),
        (["--yes"], "--title is needed with --yes"),
        (["--yes", "--title", "T", "--code-writer", "model"], "--model is needed with --yes"),
        (["--yes", "--title", "T", "--name", "a/b"], "--name: it has up to 64 letters"),
        (["--yes", "--title", "T", "--code-writer", "clippy"], "'clippy'"),
    ],
)
def test_what_cannot_be_asked_has_to_be_told(
    cli: CommandLine, shop: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(shop)
    said = cli.now("init", *arguments)
    assert (said.code, told in said.told) == (2, True), said.told
    assert list(shop.iterdir()) == []
