"""What goes over the wire: the standard form, Slack's, and the link."""

import json
from typing import Any
from uuid import UUID

import pytest

from baton.contracts.notices import notice
from baton.domain.fold import fold
from baton.domain.notices import NoticeFormat
from baton.store.ids import build_key
from baton.webhooks.message import compose
from baton.webhooks.ping import ping
from baton.webhooks.signing import new_secret
from tests.journals import Story, refused, request

SECRET = new_secret()
MESSAGE = UUID("00000000-0000-0000-0000-000000000001")


def body_of(story: Story) -> dict[str, Any]:
    """The notice of the last entry."""
    made = notice(build_key("b-1"), fold(story.entries), story.entries[-1])
    return made.model_dump(mode="json")


def sent(body: dict[str, Any], form: NoticeFormat = NoticeFormat.STANDARD, public_url: str | None = None) -> Any:
    made = compose(
        body, message_id=MESSAGE, timestamp=1_700_000_000, secrets=[SECRET], format=form, public_url=public_url
    )
    assert made.headers["webhook-id"] == str(MESSAGE)
    assert made.headers["webhook-timestamp"] == "1700000000"
    assert made.headers["content-type"] == "application/json"
    return json.loads(made.body)


def test_the_standard_form_is_the_notice_itself_with_a_link_where_people_reach_a_dashboard() -> None:
    body = body_of(refused())
    assert sent(body) == body
    linked = sent(body, public_url="https://baton.example/")
    assert linked["data"].pop("url") == "https://baton.example/builds/b-1"
    assert linked == body


def test_the_body_that_is_kept_is_left_as_it_is() -> None:
    body = body_of(refused())
    before = json.dumps(body)
    sent(body, public_url="https://baton.example")
    assert json.dumps(body) == before


def test_slack_gets_a_sentence_where_the_build_is_and_a_link() -> None:
    message = sent(body_of(refused()), NoticeFormat.SLACK, "https://baton.example")
    said = "Build b-1 (Round half to even) is parked: handoff to releaser was refused by anna: not before Monday"
    assert message["text"] == f"{said} https://baton.example/builds/b-1"
    section, context = message["blocks"]
    assert section == {"type": "section", "text": {"type": "plain_text", "text": said, "emoji": False}}
    assert context["elements"] == [
        {"type": "plain_text", "text": "payments · error · error · 83.3 % of the phases", "emoji": False},
        {"type": "mrkdwn", "text": "<https://baton.example/builds/b-1|Open the build>"},
    ]


def test_without_a_dashboard_slack_gets_no_link() -> None:
    message = sent(body_of(refused()), NoticeFormat.SLACK)
    assert [element["type"] for element in message["blocks"][1]["elements"]] == ["plain_text"]


def test_what_people_write_into_a_build_calls_nobody_and_links_nowhere() -> None:
    body = body_of(Story.begin(request(title="<!channel> & <https://evil.example|log in>")))
    body["data"]["message"] += "\r\n*Approved* by the lead"
    message = sent(body, NoticeFormat.SLACK)
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|log in&gt;" in message["text"]
    assert "\n" not in message["text"]
    section, context = message["blocks"]
    assert section["text"]["type"] == "plain_text"
    assert {element["type"] for element in context["elements"]} == {"plain_text"}


def test_a_message_for_slack_keeps_within_its_bounds() -> None:
    body = body_of(refused())
    body["data"]["message"] = "x " * 5000
    message = sent(body, NoticeFormat.SLACK)
    assert len(message["blocks"][0]["text"]["text"]) <= 3000


@pytest.mark.parametrize("form", NoticeFormat)
def test_a_ping_has_either_form(form: NoticeFormat) -> None:
    message = sent(ping("ops"), form, "https://baton.example")
    assert "Baton can reach the receiver of webhook ops." in json.dumps(message)
