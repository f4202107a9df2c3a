"""What is written can be read: by the reader of profiles, and by whoever reads requests."""

from pathlib import Path

import pytest

from baton.domain.vocabulary import Role, State
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import InvalidProfile
from baton.runners.toolchain.brief import read_brief
from gateway.setup.answers import Answers, Told, Writer
from gateway.setup.files import Files, Taken, check_free, prepare, write
from gateway.setup.following import commands, notes
from gateway.setup.gathering import Unusable, gather
from gateway.setup.test_commands import TestCommand
from tests.installed import declared_runners

WITH_A_KEY = {"OPENAI_API_KEY": "k", "PATH": "/nowhere"}


def answers(**changes: object) -> Answers:
    given: dict[str, object] = {
        "project": "shop",
        "title": "Slugify: “titles” \\ into addresses",
        "about": "For the shop.",
        "criteria": ("`slugify('A b')` gives `a-b`", "Umlauts stay"),
        "profile": "shop",
        "writer": Writer.MANUAL,
        "model": None,
        "command": (),
        "keys": (),
        "tests": TestCommand(),
        "coverage": 85.5,
        "approvers": None,
    }
    return Answers(**given | changes)  # type: ignore[arg-type]


def written(folder: Path, made: Answers) -> Files:
    files = prepare(made, folder, declared_runners())
    write(files)
    return files


@pytest.mark.parametrize("tests", [TestCommand(), TestCommand("x", ("t", '"{junit}"\\'), network=True)])
@pytest.mark.parametrize("writer", Writer)
def test_every_profile_can_be_read_back(tmp_path: Path, writer: Writer, tests: TestCommand) -> None:
    made = answers(
        writer=writer,
        tests=tests,
        model="anthropic:claude-sonnet-4-5" if writer is Writer.MODEL else None,
        command=("agent", "--print", "{x}") if writer is Writer.COMMAND else (),
        keys=() if writer is Writer.MANUAL else ("AGENT_KEY",),
        approvers=("ada", "grace"),
    )
    files = written(tmp_path, made)
    if files.unchecked is not None:
        assert "no runner " in files.unchecked
        return
    profile = Profiles(files.profile.parent, declared_runners()).load("shop")
    terms = profile.terms()
    assert (terms.minimum_coverage, terms.approvals[State.HANDOFF_TO_RELEASER].approvers) == (85.5, ("ada", "grace"))
    assert terms.role(Role.CODE_WRITER).manual is (writer is Writer.MANUAL)
    assert terms.role(Role.TEST_AUDITOR).runner == "toolchain"


def test_a_runner_that_is_not_here_is_told_and_all_else_is_checked(tmp_path: Path) -> None:
    made = answers(writer=Writer.CODEX)
    files = prepare(made, tmp_path, declared_runners(agent="no.such:Runner"))
    assert "the runner 'agent' (no.such:Runner) cannot be loaded" in (files.unchecked or "")
    with pytest.raises(InvalidProfile, match="the runner 'toolchain'"):
        prepare(made, tmp_path, declared_runners(agent="no.such:Runner", toolchain="no.such:Runner"))


def test_the_request_says_what_was_answered(tmp_path: Path) -> None:
    text = written(tmp_path, answers()).request.read_text()
    brief = read_brief("", text)
    assert (brief.title, brief.about) == ("Slugify: “titles” \\ into addresses", "For the shop.")
    assert [criterion.id for criterion in brief.acceptance_criteria] == ["AC-1", "AC-2"]


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    files = written(tmp_path, answers())
    with pytest.raises(Taken, match=r"request\.md, .*shop\.toml"):
        check_free(*files.texts)


def test_a_file_that_cannot_be_written_leaves_no_other_behind(tmp_path: Path) -> None:
    (tmp_path / "baton").mkdir()
    (tmp_path / "baton" / "profiles").touch()
    with pytest.raises(OSError, match="profiles"):
        write(prepare(answers(), tmp_path, declared_runners()))
    assert [path.name for path in (tmp_path / "baton").iterdir()] == ["profiles"]


def test_what_comes_next_is_told(tmp_path: Path) -> None:
    made = answers(writer=Writer.CODEX, keys=("MY_KEY",), criteria=(), tests=TestCommand("jest", needs=("jest-junit",)))
    files = prepare(made, tmp_path, declared_runners())
    told = " | ".join(notes(made, files, tmp_path, {"PATH": "/nowhere"}))
    for part in ("no program 'codex'", "set MY_KEY", "jest-junit", "no acceptance criteria", "is no git repository"):
        assert part in told
    (tmp_path / ".git").mkdir()
    _, start = commands(made, files, tmp_path)
    assert start.endswith(f"--project shop --profile shop --repo {tmp_path} --watch")


class Silent:
    """Takes every proposal, and remembers what was proposed."""

    def __init__(self) -> None:
        self.proposed: dict[str, object] = {}

    def text(self, option: str, question: str, default: str | None, check: object) -> str:
        self.proposed[option] = default
        return default or "x:y"

    def choice(self, option: str, question: str, choices: object, default: str) -> str:
        self.proposed[option] = default
        return default

    def lines(self, option: str, question: str) -> list[str]:
        return []

    def agreed(self, option: str, question: str, *, default: bool) -> bool:
        return True


def test_what_is_proposed_fits_the_project_and_the_machine(tmp_path: Path) -> None:
    (tmp_path / "My shop!").mkdir()
    (tmp_path / "codex").touch(mode=0o755)
    asker = Silent()
    environ = WITH_A_KEY | {"PATH": str(tmp_path)}
    made = gather(Told(), asker, tmp_path / "My shop!", user="ada", environ=environ)
    assert (made.project, made.profile, made.writer, made.approvers) == ("My shop!", "My-shop", Writer.CODEX, ("ada",))
    assert made.keys == ("OPENAI_API_KEY",)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (Told(writer=Writer.AIDER), "OPENAI_API_KEY"),
        (Told(writer=Writer.CLAUDE_CODE), "ANTHROPIC_API_KEY"),
        (Told(writer=Writer.MODEL, model="google-gla:gemini-3"), "GEMINI_API_KEY"),
        (Told(writer=Writer.MODEL, model="mistral:large"), "MISTRAL_API_KEY"),
        (Told(writer=Writer.COMMAND, command="agent"), "-"),
    ],
)
def test_the_variable_of_the_key_is_proposed(tmp_path: Path, told: Told, key: str) -> None:
    asker = Silent()
    gather(told, asker, tmp_path, user="ada", environ=WITH_A_KEY)
    assert asker.proposed["--key-from"] == key


@pytest.mark.parametrize(
    ("told", "option"),
    [
        (Told(project=" "), "--project"),
        (Told(title="two\nlines"), "--title"),
        (Told(writer=Writer.MODEL, model="claude"), "--model"),
        (Told(writer=Writer.COMMAND, command="'open"), "--command"),
        (Told(writer=Writer.CODEX, keys=("MY-KEY",)), "--key-from"),
        (Told(test="make test"), "--test"),
        (Told(profile="../evil"), "--name"),
    ],
)
def test_what_is_told_beforehand_is_checked_as_answers_are(tmp_path: Path, told: Told, option: str) -> None:
    with pytest.raises(Unusable, match=option):
        gather(told, Silent(), tmp_path, user="ada", environ={})
