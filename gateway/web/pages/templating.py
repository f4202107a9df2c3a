"""The templates, and what they can call. Everything that is put into one is text unless it says otherwise."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.story.plain import line, plain
from gateway.web.pages import moments, words
from gateway.web.pages.assets import asset

_FOLDER = Path(__file__).parent / "templates"


def render(template: str, context: Mapping[str, Any]) -> str:
    """``template`` with ``context``, as HTML."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"asset": asset, "status_look": words.status_look}
    environment.filters |= {
        "line": line,
        "plain": plain,
        "state": words.state_word,
        "role": words.role_word,
        "waiting": words.waiting_word,
        "kind": words.kind_word,
        "duration": moments.duration,
        "when": moments.when,
        "until": moments.until,
        "lasting": moments.lasting,
        "at": moments.at,
        "pretty": _pretty,
        "commit": _commit,
        "number": _number,
        "money": _money,
        "segment": _segment,
    }
    return environment


def _pretty(value: Any) -> str:
    return plain(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False))


def _commit(commit: str | None) -> str:
    return line(commit or "", 10).removesuffix("…")[:8]


def _segment(text: str) -> str:
    return quote(text, safe="")


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.12g}"


def _money(value: float | None) -> str:
    if value is None:
        return "—"
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}".rstrip("0")
