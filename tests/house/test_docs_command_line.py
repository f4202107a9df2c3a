"""Every command line in the docs is one that the doors take, and every command and option is in the docs."""

import dataclasses
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import typer.main

from baton.domain.commands import parse_command
from baton.domain.vocabulary import CommandName
from gateway.cli import worker_door
from gateway.cli.app import application
from gateway.cli.demo.course import Outcome
from gateway.cli.exit_codes import ExitCode
from tests.pages import Page, page, pages

COMMANDS = page("docs/commands.md")
_COMMON = {"--help", "-h"}


def _worker() -> Any:
    door = typer.Typer(add_completion=False)
    door.command()(worker_door._worker)
    return typer.main.get_command(door)


DOORS: dict[str, Any] = {"starter.py": typer.main.get_command(application()), "worker.py": _worker()}


def command_lines(place: Page) -> Iterator[list[str]]:
    """The words of each line in a block of shell that calls a door, from the door on."""
    for text in place.fenced("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            for door in DOORS:
                if door in words:
                    yield words[words.index(door) :]


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """The command that ``words`` call, and the words after its name."""
    command, rest = DOORS[words[0]], words[1:]
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"no such command: {' '.join(words)}"
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("-")}


def leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """All commands below ``command`` with their names."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for inner, below in command.commands.items():
        yield from leaves(f"{name} {inner}".strip(), below)


@pytest.mark.parametrize("place", pages(), ids=lambda place: place.name)
def test_every_command_line_is_taken_by_its_door(place: Page) -> None:
    for words in command_lines(place):
        command, rest = resolve(words)
        command.make_context(words[0], rest).close()


def test_a_command_line_that_is_wrong_would_be_noticed() -> None:
    command, rest = resolve(["starter.py", "start", "request.md", "--projekt", "shop"])
    with pytest.raises(typer.TyperException, match="projekt"):
        command.make_context("start", rest)


@pytest.mark.parametrize("place", pages(), ids=lambda place: place.name)
def test_commands_named_in_the_text_exist_with_their_options(place: Page) -> None:
    for span in place.spans:
        match = re.match(r"(?:python )?((?:starter|worker)\.py) (.+)", span)
        if match is None or "COMMAND" in span or "…" in span:
            continue
        command, _ = resolve([match[1], *match[2].split()])
        assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", span)) <= options(command) | _COMMON, f"{place.name}: {span}"


@pytest.mark.parametrize(("name", "command"), list(leaves("", DOORS["starter.py"])))
def test_every_command_is_in_the_docs_with_its_own_options(name: str, command: Any) -> None:
    words = set(name.split())
    rows = [row for row in COMMANDS.rows if len(row) == 3]
    (row,) = [row for row in rows if (words <= row[0] if len(words) > 1 else words == row[0])]
    said = set().union(*(set(re.findall(r"--[a-z-]+", " ".join(cell))) for cell in row))
    common = {"--json", "--verbose", "-v", "--address", "--namespace", "--temporal-profile"}
    common |= _COMMON
    if "--as" in options(command):  # of those who send a command; elsewhere --agent is another option
        common |= {"--as", "--agent", "--command-id"}
    assert options(command) - common == said


def test_every_common_option_is_in_the_docs() -> None:
    assert options(DOORS["starter.py"].commands["advance"]) <= COMMANDS.words | {"--help", "-h"} | _of_advance()


def _of_advance() -> set[str]:
    (row,) = [row for row in COMMANDS.rows if len(row) == 3 and row[0] == {"advance"}]
    return row[1]


def test_every_option_of_the_worker_is_in_the_docs() -> None:
    assert options(DOORS["worker.py"]) - _COMMON <= page("docs/operations.md").words


@pytest.mark.parametrize("place", [page("README.md"), COMMANDS], ids=lambda place: place.name)
def test_every_exit_code_is_in_the_docs(place: Page) -> None:
    (said,) = re.findall(r"^Exit codes[^:]*:.*(?:\n.+)*", place.text, re.MULTILINE)
    assert {int(number) for number in re.findall(r"\b\d+\b", said)} == set(ExitCode)


def test_every_json_object_in_commands_is_a_command_that_a_build_takes() -> None:
    blocks = [fence for fence in COMMANDS.fences if fence.language == "json"]
    for fence in blocks:
        name = CommandName(fence.label.partition(" ")[0])
        assert parse_command(name, json.loads(fence.text)).name is name
    assert {fence.label.partition(" ")[0] for fence in blocks} == set(CommandName)


@pytest.mark.parametrize("name", CommandName)
def test_the_example_of_a_command_stands_under_its_heading(name: CommandName) -> None:
    assert f"```json {name}\n" in COMMANDS.section(name)


def test_every_field_of_what_the_demo_prints_is_in_the_docs() -> None:
    assert {field.name for field in dataclasses.fields(Outcome)} <= COMMANDS.words
