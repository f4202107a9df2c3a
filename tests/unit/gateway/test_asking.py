"""How a request is put together."""

import io
import json
import re
from pathlib import Path

import pytest

from gateway.asking.asked import Asked, derived_build_id
from gateway.cli.asking import metadata, read_request, repository


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("# Wordcount: the *most* used words\n\ntext", "Wordcount: the *most* used words"),
        ("Wordcount\n=========\n\ntext", "Wordcount"),
        ("\n\nMake me a tool.\n\n- fast\n", "Make me a tool."),
        ("```\n# no heading\n```\n\n# The heading\n", "The heading"),
        ("# " + "long " * 100, ("long " * 40)[:199] + "…"),
    ],
)
def test_the_title_is_the_first_heading_or_else_the_first_line(tmp_path: Path, markdown: str, title: str) -> None:
    asked = tmp_path / "request.md"
    asked.write_text(markdown)

    assert read_request(str(asked)) == Asked(title, markdown)


def test_markdown_comes_from_standard_input_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"# Wordcount\n\n{braces} are text\n")))

    assert read_request("-") == Asked("Wordcount", "# Wordcount\n\n{braces} are text\n")


def test_a_json_object_brings_its_own_title(tmp_path: Path) -> None:
    asked = tmp_path / "request.JSON"
    asked.write_text(json.dumps({"title": "Thing", "requirements": ["works"]}))

    assert read_request(str(asked)) == Asked("Thing", {"title": "Thing", "requirements": ["works"]})


def test_a_derived_build_id_is_readable_valid_and_its_own() -> None:
    first, second = derived_build_id("Größe: ../../etc & more!"), derived_build_id("Größe: ../../etc & more!")

    assert re.fullmatch(r"gr-e-etc-more-[0-9a-f]{6}", first)
    assert first != second
    assert re.fullmatch(r"build-[0-9a-f]{6}", derived_build_id("日本"))
    assert len(derived_build_id("x" * 500)) < 100


def test_a_local_repository_becomes_absolute_and_a_remote_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)

    assert repository("project") == str(tmp_path / "project")
    for remote in ("https://git.example/x.git", "git@git.example:x.git", "ssh://git.example/x", "file:///srv/x.git"):
        assert repository(remote) == remote


def test_metadata_values_may_hold_equals_signs() -> None:
    assert metadata(["query=a=b", " key =v"]) == {"query": "a=b", "key": "v"}
