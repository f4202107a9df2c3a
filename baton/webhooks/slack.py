"""A notice as a message for Slack's incoming webhooks, and for those that take the same form.

What builds say was written by people, models and programs. In a message it stays text: Slack formats nothing in the
``plain_text`` of a block, and in the plain ``text``, which other programs show, the three characters are escaped that
could make a link or call a channel.
"""

from collections.abc import Mapping
from typing import Any

_MOST_TEXT = 2_900
"""Below Slack's 3,000 for a block."""


def slack_message(notice: Mapping[str, Any]) -> dict[str, Any]:
    """The message for ``notice``: its sentence, and below it where the build is, with a link where there is one."""
    data = notice["data"]
    said = _flat(data["message"])
    url = data.get("url")
    return {
        "text": escaped(said) + (f" {escaped(url)}" if url else ""),
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": said, "emoji": False}},
            {"type": "context", "elements": _context(data, url)},
        ],
    }


def escaped(text: str) -> str:
    """``text`` with what Slack would take for a link, a mention or an entity as itself."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _context(data: Mapping[str, Any], url: str | None) -> list[dict[str, Any]]:
    where = [data.get("project_id"), data.get("state"), data.get("status")]
    progress = f"{data['progress']:g} % of the phases" if "progress" in data else None
    told = " · ".join(_flat(str(part)).replace("_", " ") for part in (*where, progress) if part is not None)
    elements: list[dict[str, Any]] = [{"type": "plain_text", "text": told or "Baton", "emoji": False}]
    if url:
        elements.append({"type": "mrkdwn", "text": f"<{escaped(url)}|Open the build>"})
    return elements


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_TEXT else f"{flat[: _MOST_TEXT - 1]}…"
