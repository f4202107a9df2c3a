"""The form of the answers, wire by wire."""

import json
from typing import Any

from tests.modelserver import Call, Reply, Say, Usage
from tests.modelserver.fixture import ModelServers
from tests.unit.modelserver.conftest import GEMINI_STREAM, ask, question

TEXT = "Grüße 😀 an alle, die das hier lesen."
PARTS = (Say(TEXT), Call("add", {"a": 1, "t": "ü"}))
USAGE = Usage(900, 30, 400)


def _whole(model_server: ModelServers, wire: str) -> Any:
    return ask(model_server(Reply(*PARTS, usage=USAGE)), *question(wire)).json


def _streamed(model_server: ModelServers, wire: str, **options: Any) -> list[tuple[str | None, Any]]:
    path, body = question(wire, stream=True)
    return ask(model_server(Reply(*PARTS, usage=USAGE)), path, body | options).events


def test_chat_completions(model_server: ModelServers) -> None:
    answer = _whole(model_server, "chat")
    (choice,) = answer["choices"]
    assert (answer["object"], answer["model"], choice["finish_reason"]) == ("chat.completion", "m", "tool_calls")
    (call,) = choice["message"]["tool_calls"]
    assert (choice["message"]["content"], call["function"]["name"]) == (TEXT, "add")
    assert json.loads(call["function"]["arguments"]) == {"a": 1, "t": "ü"}
    usage = answer["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (900, 30, 930)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 400


def test_chat_completions_streamed(model_server: ModelServers) -> None:
    events = _streamed(model_server, "chat", stream_options={"include_usage": True})
    assert events[-1] == (None, None)
    chunks = [data for _, data in events[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content") or "" for delta in deltas) == TEXT
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    assert (calls[0]["function"]["name"], calls[0]["id"][:5]) == ("add", "call_")
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"a": 1, "t": "ü"}
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert (chunks[-1]["choices"], chunks[-1]["usage"]["prompt_tokens"]) == ([], 900)
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)


def test_chat_completions_tell_the_usage_of_a_stream_only_when_asked(model_server: ModelServers) -> None:
    assert all("usage" not in data for _, data in _streamed(model_server, "chat")[:-1])


def test_responses(model_server: ModelServers) -> None:
    answer = _whole(model_server, "responses")
    message, call = answer["output"]
    assert (answer["object"], answer["status"]) == ("response", "completed")
    assert message["content"][0]["text"] == TEXT
    assert (call["type"], json.loads(call["arguments"])) == ("function_call", {"a": 1, "t": "ü"})
    usage = answer["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (900, 30, 930)
    assert usage["input_tokens_details"]["cached_tokens"] == 400


def test_responses_streamed(model_server: ModelServers) -> None:
    events = _streamed(model_server, "responses")
    assert [name for name, _ in events] == [data["type"] for _, data in events]
    assert [data["sequence_number"] for _, data in events] == list(range(len(events)))
    kinds = [name.removeprefix("response.") for name, _ in events if name and not name.endswith("delta")]
    assert kinds == [
        "created", "in_progress",
        "output_item.added", "content_part.added", "output_text.done", "content_part.done", "output_item.done",
        "output_item.added", "function_call_arguments.done", "output_item.done",
        "completed",
    ]  # fmt: skip
    assert "".join(data["delta"] for name, data in events if name == "response.output_text.delta") == TEXT
    pieces = [data["delta"] for name, data in events if name == "response.function_call_arguments.delta"]
    assert json.loads("".join(pieces)) == {"a": 1, "t": "ü"}
    done = [data["item"] for name, data in events if name == "response.output_item.done"]
    assert done == events[-1][1]["response"]["output"]
    assert events[-1][1]["response"]["usage"]["input_tokens"] == 900


def test_anthropic_messages(model_server: ModelServers) -> None:
    answer = _whole(model_server, "anthropic")
    text, call = answer["content"]
    assert (answer["type"], answer["role"], answer["stop_reason"]) == ("message", "assistant", "tool_use")
    assert (text["text"], call["name"], call["input"]) == (TEXT, "add", {"a": 1, "t": "ü"})
    usage = answer["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]) == (500, 400, 30)


def test_anthropic_messages_streamed(model_server: ModelServers) -> None:
    events = _streamed(model_server, "anthropic")
    assert [name for name, _ in events] == [data["type"] for _, data in events]
    kinds = [name for name, _ in events if name != "content_block_delta"]
    block = ["content_block_start", "content_block_stop"]
    assert kinds == ["message_start", "ping", *block, *block, "message_delta", "message_stop"]
    deltas = [data["delta"] for name, data in events if name == "content_block_delta"]
    assert "".join(delta.get("text", "") for delta in deltas) == TEXT
    assert json.loads("".join(delta.get("partial_json", "") for delta in deltas)) == {"a": 1, "t": "ü"}
    starts = [data["content_block"] for name, data in events if name == "content_block_start"]
    assert (starts[0]["text"], starts[1]["input"]) == ("", {})
    assert events[0][1]["message"]["usage"]["input_tokens"] == 500
    assert (events[-2][1]["delta"]["stop_reason"], events[-2][1]["usage"]["output_tokens"]) == ("tool_use", 30)


def test_gemini(model_server: ModelServers) -> None:
    answer = _whole(model_server, "gemini")
    (candidate,) = answer["candidates"]
    assert (candidate["finishReason"], candidate["content"]["role"]) == ("STOP", "model")
    assert candidate["content"]["parts"] == [
        {"text": TEXT},
        {"functionCall": {"name": "add", "args": {"a": 1, "t": "ü"}}},
    ]
    usage = answer["usageMetadata"]
    assert (usage["promptTokenCount"], usage["candidatesTokenCount"], usage["totalTokenCount"]) == (900, 30, 930)
    assert usage["cachedContentTokenCount"] == 400


def _gemini_parts(frames: list[Any]) -> list[Any]:
    return [part for frame in frames for part in frame["candidates"][0]["content"]["parts"]]


def test_gemini_streamed(model_server: ModelServers) -> None:
    frames = [data for _, data in _streamed(model_server, "gemini")]
    parts = _gemini_parts(frames)
    assert "".join(part.get("text", "") for part in parts) == TEXT
    assert parts[-1] == {"functionCall": {"name": "add", "args": {"a": 1, "t": "ü"}}}
    assert [frame["candidates"][0].get("finishReason") for frame in frames] == [None] * (len(frames) - 1) + ["STOP"]
    assert frames[-1]["usageMetadata"]["totalTokenCount"] == 930


def test_gemini_streams_a_list_unless_events_are_asked_for(model_server: ModelServers) -> None:
    _, body = question("gemini")
    answer = ask(model_server(Reply(*PARTS)), GEMINI_STREAM, body)
    assert answer.headers["content-type"].startswith("application/json")
    assert "".join(part.get("text", "") for part in _gemini_parts(answer.json)) == TEXT


def test_an_empty_reply_is_an_answer(model_server: ModelServers, wire: str) -> None:
    server = model_server(Reply(), Reply())
    assert ask(server, *question(wire)).status == 200
    assert ask(server, *question(wire, stream=True)).status == 200
    server.assert_done()
