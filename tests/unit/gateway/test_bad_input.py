"""Input that cannot be used, as far as it is seen before anything is sent: the message, and exit code 2."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine

ADVANCE = ("advance", "b", "--role", "q_assistant", "--state", "discovery")


def start(cli: CommandLine, source: str, *more: str, stdin: bytes = b"") -> str:
    """The message with which ``start`` refuses; programs get the same."""
    said = cli.now("start", source, "--project", "shop", *more, "--json", stdin=stdin)
    error = said.json["error"]
    assert (said.code, error["code"]) in ((2, "bad_input"), (2, "malformed"))
    assert said.err == f"error: {error['message']}\n"
    return str(error["message"])


def test_a_missing_request_is_named(cli: CommandLine) -> None:
    assert start(cli, "nowhere.md") == "There is no file 'nowhere.md' to read a request from"


def test_a_folder_is_no_request(cli: CommandLine, tmp_path: Path) -> None:
    assert start(cli, str(tmp_path)) == f"{str(tmp_path)!r} is a folder; name the file in it that holds a request"


@pytest.mark.parametrize("empty", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_request_is_refused(cli: CommandLine, empty: bytes) -> None:
    assert start(cli, "-", stdin=empty) == "standard input is empty; write a request into it"


def test_a_binary_request_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    picture = tmp_path / "picture.md"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")

    assert start(cli, str(picture)) == f"{str(picture)!r} is a binary file; a request is text (UTF-8)"


def test_a_request_of_five_megabytes_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    large = tmp_path / "large.md"
    large.write_bytes(b"# Large\n" + b"x" * 5_000_000)

    assert "is too large: a request may have 262,144 bytes" in start(cli, str(large))


def test_a_request_that_is_not_utf8_says_where(cli: CommandLine) -> None:
    assert start(cli, "-", stdin="# Caf\u00e9".encode() + b"\ncaf\xe9") == (
        "standard input is not UTF-8 text: byte 0xe9 in line 2. Save a request as UTF-8"
    )


def test_utf16_is_called_by_its_name(cli: CommandLine) -> None:
    assert start(cli, "-", stdin="# Thing".encode("utf-16")) == "standard input is UTF-16 text; save a request as UTF-8"


@pytest.mark.parametrize("build_id", ["../x", "'; DROP TABLE build_workflows;--", "x" * 300, "🚀", ""])
def test_a_hostile_build_id_is_refused(cli: CommandLine, build_id: str) -> None:
    message = start(cli, "-", "--build-id", build_id, stdin=b"# Thing")

    assert message.startswith("The build ID ")
    assert message.endswith(
        "a build ID has 1 to 100 letters, digits, '.', '_' and '-', and begins with a letter or a digit"
    )
    assert len(message) < 250


def test_a_repository_that_does_not_exist_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    missing, file = tmp_path / "missing", tmp_path / "file"
    file.touch()

    assert f"There is no repository at {str(missing)!r}" in start(cli, "-", "--repo", str(missing), stdin=b"# T")
    assert f"The repository {str(file)!r} is a file" in start(cli, "-", "--repo", str(file), stdin=b"# T")


def test_a_json_request_is_one_object(cli: CommandLine, tmp_path: Path) -> None:
    asked = tmp_path / "request.json"
    asked.write_text("[1, 2]")
    assert "holds a list; a request is one JSON object" in start(cli, str(asked))
    asked.write_text('{"title": }')
    assert "is not JSON: Expecting value in line 1, column 11" in start(cli, str(asked))
    asked.write_text('{"requirements": ["works"]}')
    assert "has no title: give --title" in start(cli, str(asked))


def test_a_project_with_control_characters_is_refused(cli: CommandLine) -> None:
    said = cli.now("start", "-", "--project", "a\x1b[31mb", "--json", stdin=b"# T")

    assert (said.code, said.json["error"]["code"]) == (2, "bad_input")
    assert "project_id" in said.err
    assert "\x1b" not in said.err


@pytest.mark.parametrize(("pair", "why"), [("novalue", "write KEY=VALUE"), ("=x", "write KEY=VALUE")])
def test_metadata_is_pairs(cli: CommandLine, pair: str, why: str) -> None:
    said = cli.now("start", "-", "--project", "p", "--metadata", pair, "--json", stdin=b"# T")

    assert (said.code, said.json["error"]["code"]) == (2, "usage")
    assert why in said.err


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ('{"tests_failed": 0,}', "what you gave is not JSON"),
        ("[1]", "what you gave holds a list; the report is one JSON object"),
        ('"passed"', "what you gave holds a single value"),
        ("nowhere.json", "There is no file 'nowhere.json' to read the report from"),
        ("-", "standard input is empty"),
    ],
)
def test_a_malformed_report_is_refused(cli: CommandLine, result: str, why: str) -> None:
    said = cli.now(*ADVANCE, "--result", result, "--json")

    assert said.code == 2
    assert why in said.json["error"]["message"]


@pytest.mark.parametrize(
    ("option", "word", "allowed"), [("--role", "tester", "test_auditor"), ("--state", "tesing", "testing")]
)
def test_an_unknown_role_or_state_names_those_there_are(cli: CommandLine, option: str, word: str, allowed: str) -> None:
    said = cli.now("advance", "b", *(("--role", "test_auditor", "--state", "testing")), option, word, "--json")

    assert (said.code, said.json["error"]["code"]) == (2, "usage")
    assert repr(word) in said.err
    assert repr(allowed) in said.err


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("rounds=3", "NAME is one of rework_rounds, phase_runs, requests, tokens, money, wall_clock"),
        ("tokens", "write NAME=MAXIMUM"),
        ("tokens=many", "the maximum is a number, or 'none' for no limit"),
    ],
)
def test_a_misspelt_limit_is_refused(cli: CommandLine, limit: str, why: str) -> None:
    said = cli.now("extend-limits", "b", "--limit", limit)

    assert said.code == 2
    assert why in said.err


def test_a_blank_reason_is_refused_before_anything_is_sent(cli: CommandLine) -> None:
    said = cli.now("request-retry", "b", "--reason", "  ", "--address", "127.0.0.1:1", "--json")

    assert (said.code, said.json["error"]["code"]) == (2, "malformed")
    assert "reason" in said.err


def test_an_unknown_command_and_a_missing_option_are_usage_errors(cli: CommandLine) -> None:
    unknown = cli.now("strat", "--json")
    missing = cli.now("start", "request.md")

    assert (unknown.code, unknown.json["error"]["code"]) == (2, "usage")
    assert missing.code == 2
    assert missing.err == "error: Missing option '--project'. See: python starter.py start --help\n"
