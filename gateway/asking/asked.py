"""What is asked for: Markdown, an object in a form of its own, or a GitHub issue; and what to call it."""

import re
import secrets
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baton.runners.toolchain.markdown import read_sections
from gateway.asking.issues import is_issue, read_issue
from gateway.story.plain import line

_MOST_TITLE = 200
_MOST_SLUG = 24


@dataclass(frozen=True)
class Asked:
    """What somebody asks for. ``title`` is empty where nothing says it; ``note`` is for the person who handed it in."""

    title: str
    requirements: str | dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def asked_in_text(markdown: str) -> Asked:
    """What a text asks for: its title is the first heading, without one the first line that says something."""
    lines = (line(raw.strip("#*_> \t")) for raw in markdown.splitlines())
    found = line(read_sections(markdown).title) or next(filter(None, lines), "")
    return Asked(line(found, _MOST_TITLE), markdown)


def asked_in_object(given: dict[str, Any]) -> Asked:
    """What an object asks for. A GitHub issue becomes Markdown. Raises RequestUnusable for one without a body."""
    if is_issue(given):
        issue = read_issue(given)
        return Asked(line(issue.title, _MOST_TITLE), issue.requirements, issue.metadata, _left_out(issue.left_out))
    return Asked(_own_title(given), given)


def derived_build_id(title: str) -> str:
    """An ID for a build that was given none: readable, and nobody else's."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    slug = textwrap.shorten(" ".join(words), _MOST_SLUG, placeholder="") or "".join(words)[:_MOST_SLUG]
    return f"{slug.replace(' ', '-') or 'build'}-{secrets.token_hex(3)}"


def _own_title(given: Mapping[str, Any]) -> str:
    title = given.get("title")
    return line(title, _MOST_TITLE) if isinstance(title, str) else ""


def _left_out(comments: int) -> str:
    if not comments:
        return ""
    counted = "1 comment is" if comments == 1 else f"{comments} comments are"
    return f"{counted} left out: written by people who neither opened the issue nor belong to its repository"
