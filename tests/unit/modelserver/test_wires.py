"""What holds on every wire."""

import http.client

import pytest

from tests.modelserver import (
    BEFORE_HEAD,
    Call,
    Cut,
    Fail,
    FailLate,
    Garbage,
    Kind,
    Reply,
    Say,
    Slow,
    Speaker,
    Stop,
    Turn,
)
from tests.modelserver.fixture import ModelServers
from tests.unit.modelserver.conftest import ask, question

LONG = Say("a word " * 40)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_was_asked_reads_the_same_on_every_wire(model_server: ModelServers, wire: str, stream: bool) -> None:
    server = model_server(Say("Hi."))
    path, body = question(wire, "Grüß dich", stream=stream)
    assert ask(server, path, body, authorization="Bearer k-1").status == 200
    (request,) = server.asked
    told = request.conversation
    assert (told.model, told.stream, told.system, told.said) == ("m", stream, "Be short.", "Grüß dich")
    assert (told.tool_names, told.texts, told.calls) == (("add",), ("Grüß dich",), ())
    assert [message.speaker for message in told.messages] == [Speaker.USER]
    assert told.tools[0].description == "adds"
    assert told.tools[0].schema["properties"] == {"a": {"type": "integer"}}
    assert (request.method, request.path, request.kind) == ("POST", path.partition("?")[0], Kind.ANSWER)
    assert (request.headers["authorization"], request.body) == ("Bearer k-1", body)
    assert "Bearer k-1" in request.everything
    server.assert_done()


@pytest.mark.parametrize(("status", "retry"), [(429, "7"), (500, ""), (401, "")])
def test_a_failure_is_told_in_the_words_of_the_wire(
    model_server: ModelServers, wire: str, status: int, retry: str
) -> None:
    server = model_server(Fail(status, "not now", {"retry-after": retry} if retry else {}))
    answer = ask(server, *question(wire, stream=True))
    assert (answer.status, answer.headers.get("retry-after", "")) == (status, retry)
    error = answer.json["error"]
    assert error["message"] == "not now"
    words = {
        ("chat", 429): ("type", "rate_limit_exceeded"),
        ("responses", 401): ("code", "invalid_api_key"),
        ("anthropic", 429): ("type", "rate_limit_error"),
        ("anthropic", 401): ("type", "authentication_error"),
        ("gemini", 429): ("status", "RESOURCE_EXHAUSTED"),
        ("gemini", 500): ("status", "INTERNAL"),
    }
    field, word = words.get((wire, status), ("message", "not now"))
    assert error[field] == word
    server.assert_done()


def test_a_failure_can_have_a_body_of_its_own(model_server: ModelServers, wire: str) -> None:
    server = model_server(Fail(503, body=b"upstream is gone", headers={"x-proxy": "p"}))
    answer = ask(server, *question(wire))
    assert (answer.status, answer.body, answer.headers["x-proxy"]) == (503, b"upstream is gone", "p")


def test_garbage_is_a_success_that_is_no_answer(model_server: ModelServers, wire: str) -> None:
    server = model_server(Garbage())
    answer = ask(server, *question(wire, stream=True))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert b"Sign in" in answer.body


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_connection_is_cut_after_so_many_bytes(model_server: ModelServers, wire: str, stream: bool) -> None:
    server = model_server(Cut(50, LONG), LONG)
    with pytest.raises(http.client.IncompleteRead) as error:
        ask(server, *question(wire, stream=stream))
    whole = ask(server, *question(wire, stream=stream)).body
    assert error.value.partial == whole[:50]
    server.assert_done()


def test_a_stream_can_be_cut_at_its_very_end(model_server: ModelServers, wire: str) -> None:
    server = model_server(Cut(10**6, LONG), LONG)
    with pytest.raises(http.client.IncompleteRead) as error:
        ask(server, *question(wire, stream=True))
    assert error.value.partial == ask(server, *question(wire, stream=True)).body


@pytest.mark.parametrize("turn", [Cut(BEFORE_HEAD, LONG), Slow(0.01, Cut(BEFORE_HEAD, LONG))])
def test_a_connection_is_closed_without_an_answer(model_server: ModelServers, wire: str, turn: Turn) -> None:
    server = model_server(turn)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server, *question(wire))


def test_a_stream_can_end_in_an_error(model_server: ModelServers, wire: str) -> None:
    server = model_server(FailLate(2000, Say("a word " * 99), message="overloaded"))
    _, last = ask(server, *question(wire, stream=True)).events[-1]
    error = last["response"]["error"] if wire == "responses" else last["error"]
    assert error["message"] == "overloaded"
    server.assert_done()


def test_without_a_stream_a_late_error_is_an_error(model_server: ModelServers, wire: str) -> None:
    server = model_server(FailLate(50, LONG, status=500, message="broken"))
    answer = ask(server, *question(wire))
    assert (answer.status, answer.json["error"]["message"]) == (500, "broken")


def test_the_same_question_gets_the_same_ids_and_another_one_others(model_server: ModelServers, wire: str) -> None:
    server = model_server(*[Reply(Call("add", {"a": 1}), Call("add", {"a": 2}))] * 3)
    first, again, other = (ask(server, *question(wire, text)).body for text in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_the_reason_for_the_stop_is_told(model_server: ModelServers, wire: str) -> None:
    server = model_server(Reply(Say("half"), stop=Stop.LENGTH), Reply(Say(""), stop=Stop.REFUSED))
    cut, refused = (ask(server, *question(wire)).body.decode() for _ in range(2))
    words = {
        "chat": ('"finish_reason": "length"', '"finish_reason": "content_filter"'),
        "responses": ('"reason": "max_output_tokens"', '"reason": "content_filter"'),
        "anthropic": ('"stop_reason": "max_tokens"', '"stop_reason": "refusal"'),
        "gemini": ('"finishReason": "MAX_TOKENS"', '"finishReason": "SAFETY"'),
    }
    assert words[wire][0] in cut
    assert words[wire][1] in refused
