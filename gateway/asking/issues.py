"""A GitHub issue as a request: what ``gh issue view N --json …`` prints, or GitHub's REST interface answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import RequestUnusable
from gateway.story.plain import line

_PARTS_OF_A_REQUEST = frozenset({"requirements", "acceptance_criteria", "constraints"})
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


@dataclass(frozen=True)
class Issue:
    """What an issue asks for. ``left_out`` counts the comments of people who have no say in the repository."""

    title: str
    requirements: str
    metadata: dict[str, Any]
    left_out: int


def is_issue(given: Mapping[str, Any]) -> bool:
    """Whether a JSON object is an issue and not a request in a form of our own."""
    return "title" in given and "body" in given and _PARTS_OF_A_REQUEST.isdisjoint(given)


def read_issue(given: Mapping[str, Any]) -> Issue:
    """The issue as Markdown: its body, then its comments as quotations. Raises RequestUnusable.

    Of the comments those count that were written by the issue's author and by people who belong to the repository:
    anybody may comment on a public issue, and what stands in a request is built.
    """
    title, number, url = _text(given["title"]), given.get("number"), _text(given.get("html_url") or given.get("url"))
    called = f"the issue #{number}" if isinstance(number, int) else "the issue"
    if given.get("pull_request") or "/pull/" in url:
        raise RequestUnusable(f"{url or called} is a pull request, not an issue: a request says what is to be built")
    body = _seen(_text(given["body"]))
    if not body.strip():
        raise RequestUnusable(
            f"{called} has no body, so nobody can know what to build. Describe it in the issue and export it again"
        )
    comments = [one for one in _list(given.get("comments")) if _worth_reading(one)]
    kept = [one for one in comments if _has_a_say(one, _author(given))]
    parts = [f"# {line(title)}", body.strip(), *_discussion(kept)]
    issue = {"number": number, "url": url, "labels": [name for name in map(_label, _list(given.get("labels"))) if name]}
    return Issue(
        title=line(title),
        requirements="\n\n".join(parts) + "\n",
        metadata={"issue": {key: value for key, value in issue.items() if value not in (None, "")}},
        left_out=len(comments) - len(kept),
    )


def _discussion(comments: list[Mapping[str, Any]]) -> Iterator[str]:
    if comments:
        # Of the first level, so that it ends whatever section the body ended with.
        yield "# Comments"
    for comment in comments:
        yield f"{line(_author(comment)) or 'Somebody'} wrote:"
        yield "\n".join(f"> {part}".rstrip() for part in _seen(_text(comment["body"])).strip().splitlines())


def _worth_reading(comment: Any) -> bool:
    if not isinstance(comment, dict) or comment.get("isMinimized"):
        return False
    author = comment.get("author") or comment.get("user") or {}
    machine = isinstance(author, dict) and (author.get("is_bot") or author.get("type") == "Bot")
    return not machine and not _author(comment).endswith("[bot]") and bool(_seen(_text(comment.get("body"))).strip())


def _has_a_say(comment: Mapping[str, Any], author: str) -> bool:
    association = comment.get("authorAssociation", comment.get("author_association"))
    return association in _INSIDERS or bool(author and _author(comment) == author)


def _author(given: Mapping[str, Any]) -> str:
    author = given.get("author") or given.get("user")
    return _text(author.get("login")) if isinstance(author, dict) else ""


def _seen(markdown: str) -> str:
    """What a reader of the page sees: without comments of HTML, where templates give advice and others hide text."""
    from markdown_it import MarkdownIt

    lines = markdown.replace("\r\n", "\n").split("\n")
    for token in MarkdownIt("commonmark").parse("\n".join(lines)):
        if token.map is None or token.type not in ("html_block", "inline"):
            continue
        marked = [token] if token.type == "html_block" else (c for c in token.children or () if c.type == "html_inline")
        first, end = token.map
        text = "\n".join(lines[first:end])
        for comment in (found for piece in marked for found in _COMMENT.findall(piece.content)):
            # Within quotations and lists its lines begin with more than they have here.
            spelt = r"[\s>]+".join(map(re.escape, comment.split()))
            text = re.sub(spelt, lambda match: "\n" * match[0].count("\n"), text)
        lines[first:end] = text.split("\n")
    return "\n".join(lines)


def _label(label: Any) -> str:
    return _text(label.get("name")) if isinstance(label, dict) else _text(label)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []  # the REST interface tells the number of comments only


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
