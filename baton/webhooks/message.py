"""A notice as it goes over the wire: body, link and signature."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import UUID

from baton.domain.notices import NoticeFormat
from baton.webhooks.signing import signature
from baton.webhooks.slack import slack_message


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes


def compose(
    notice: Mapping[str, Any],
    *,
    message_id: UUID,
    timestamp: int,
    secrets: Sequence[str],
    format: NoticeFormat,  # noqa: A002 - the field's name
    public_url: str | None,
) -> Message:
    """The message for ``notice``. The link is added here: where the dashboard is may change while a notice waits."""
    data = dict(notice["data"])
    if public_url is not None and "build_id" in data:
        data["url"] = build_page(public_url, data["build_id"])
    wanted = {**notice, "data": data}
    document = slack_message(wanted) if format is NoticeFormat.SLACK else wanted
    body = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": str(message_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secrets, str(message_id), timestamp, body),
    }
    return Message(headers, body)


def build_page(public_url: str, build_id: str) -> str:
    """The dashboard's page of a build."""
    return f"{public_url.rstrip('/')}/builds/{quote(build_id, safe='')}"
