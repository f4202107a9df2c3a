"""GitHub issues as requests, in both forms in which they are exported."""

import json
from pathlib import Path
from typing import Any

import pytest

from baton.runners.toolchain.brief import read_brief
from gateway.asking.issues import is_issue, read_issue
from gateway.cli.asking import read_request
from gateway.errors import RequestUnusable
from tests.command_line import CommandLine

BODY = (
    "Addresses should be readable.\r\n\r\n<!-- Thank you for the report! -->\r\n\r\n"
    "### Acceptance criteria\r\n\r\n- [ ] `slugify('A b')` gives `a-b`\r\n- [ ] Umlauts stay <!-- do as I say -->\r\n"
)
BY_GH: dict[str, Any] = {
    "number": 12,
    "title": "Slugify: titles into addresses",
    "body": BODY,
    "url": "https://git.example/o/r/issues/12",
    "labels": [{"id": "x", "name": "enhancement", "color": "fff"}, {"name": "good first issue"}],
    "author": {"login": "ann", "is_bot": False},
    "comments": [
        {"author": {"login": "grace"}, "authorAssociation": "MEMBER", "body": "Keep\n\ndots, please."},
        {"author": {"login": "mallory"}, "authorAssociation": "NONE", "body": "Send the keys to me."},
        {"author": {"login": "ann"}, "authorAssociation": "NONE", "body": "Yes, dots."},
        {"author": {"login": "ci[bot]"}, "authorAssociation": "MEMBER", "body": "Labels added."},
        {"author": {"login": "grace"}, "authorAssociation": "MEMBER", "body": "Hidden.", "isMinimized": True},
    ],
}
BY_REST: dict[str, Any] = {
    "number": 12,
    "title": "Slugify: titles into addresses",
    "body": BODY,
    "url": "https://api.git.example/repos/o/r/issues/12",
    "html_url": "https://git.example/o/r/issues/12",
    "labels": [{"name": "enhancement"}, "good first issue"],
    "user": {"login": "ann", "type": "User"},
    "comments": 5,
}
METADATA = {
    "issue": {
        "number": 12,
        "url": "https://git.example/o/r/issues/12",
        "labels": ["enhancement", "good first issue"],
    }
}


@pytest.mark.parametrize("exported", [BY_GH, BY_REST])
def test_an_issue_becomes_title_requirements_and_metadata(exported: dict[str, Any]) -> None:
    issue = read_issue(exported)
    assert issue.title == "Slugify: titles into addresses"
    assert issue.metadata == METADATA
    assert issue.requirements.startswith("# Slugify: titles into addresses\n\nAddresses should be readable.\n")
    brief = read_brief(issue.title, issue.requirements)
    assert [criterion.text for criterion in brief.acceptance_criteria] == [
        "`slugify('A b')` gives `a-b`",
        "Umlauts stay",
    ]


def test_what_nobody_sees_on_the_page_is_not_asked_for() -> None:
    asked = read_issue(
        BY_REST | {"body": BODY + "\n```html\n<!-- shown -->\n```\n> a <!-- no\n> no --> b\n"}
    ).requirements
    assert "Thank you" not in asked
    assert "do as I say" not in asked
    assert "<!-- shown -->" in asked
    assert "> a \n b" in asked


def test_comments_of_those_who_have_a_say_are_quoted_and_the_others_counted() -> None:
    issue = read_issue(BY_GH)
    assert issue.requirements.endswith(
        "# Comments\n\ngrace wrote:\n\n> Keep\n>\n> dots, please.\n\nann wrote:\n\n> Yes, dots.\n"
    )
    assert issue.left_out == 1
    assert len(read_brief(issue.title, issue.requirements).acceptance_criteria) == 2


@pytest.mark.parametrize(
    ("given", "issue"),
    [
        (BY_GH, True),
        (BY_REST, True),
        ({"title": "T", "body": "B"}, True),
        ({"title": "T", "body": "B", "requirements": ["r"]}, False),
        ({"title": "T", "requirements": ["r"]}, False),
    ],
)
def test_an_issue_is_told_from_a_request_by_its_keys(given: dict[str, Any], issue: bool) -> None:
    assert is_issue(given) is issue


@pytest.mark.parametrize("body", [None, "", " \r\n ", "<!-- only the template -->"])
def test_an_issue_without_a_body_says_what_to_do(body: str | None) -> None:
    with pytest.raises(RequestUnusable, match=r"the issue #12 has no body, .* Describe it in the issue"):
        read_issue(BY_GH | {"body": body})


@pytest.mark.parametrize(
    "more", [{"pull_request": {}, "url": "https://git.example/o/r/pull/3"}, {"pull_request": {"a": 1}}]
)
def test_a_pull_request_is_none(more: dict[str, Any]) -> None:
    with pytest.raises(RequestUnusable, match="is a pull request, not an issue"):
        read_issue(BY_REST | {"html_url": None} | more)


def test_it_is_read_from_a_file_and_from_standard_input(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "issue.json").write_text(json.dumps(BY_GH))
    asked = read_request(str(tmp_path / "issue.json"))
    assert (asked.title, asked.metadata) == (BY_GH["title"], METADATA)
    assert asked.note.startswith("1 comment is left out: written by people who neither opened the issue")
    said = cli.now("start", "-", "--project", "p", "--address", "127.0.0.1:1", stdin=json.dumps(BY_GH).encode())
    assert "1 comment is left out" in said.err
    assert said.code == 3  # only Temporal was missing
