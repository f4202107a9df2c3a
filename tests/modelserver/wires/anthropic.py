"""Anthropic's messages."""

import json
from typing import Any

from tests.modelserver.conversation import Conversation, Message, Speaker, Tool, ToolCall, ToolResult
from tests.modelserver.request import Request
from tests.modelserver.turns import Call, Reply, Say, Stop
from tests.modelserver.wires.wire import BadRequest, Json, event, in_pieces, required, texts_of

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class AnthropicWire:
    """``/v1/messages``"""

    def read(self, path: str, query: dict[str, str], body: Json) -> Conversation:
        required(body, "model", "messages")
        if not path.endswith("/count_tokens"):
            required(body, "max_tokens")
        messages = tuple(_message(sent) for sent in body["messages"] if sent["role"] != "system")
        if not messages or messages[0].speaker is not Speaker.USER:
            raise BadRequest("messages.0: the first message has to be the user's")
        tools = tuple(
            Tool(tool["name"], tool.get("description", ""), tool.get("input_schema", {}), tool.get("type", "function"))
            for tool in body.get("tools") or ()
        )
        # Newer clients tell the system's part in the middle of the conversation too.
        between = [sent["content"] for sent in body["messages"] if sent["role"] == "system"]
        system = [text for content in (body.get("system"), *between) for text in texts_of(content)]
        return Conversation(body["model"], bool(body.get("stream")), "\n\n".join(system), messages, tools)

    def whole(self, reply: Reply, request: Request) -> Json:
        return _message_frame(request) | {
            "content": _blocks(reply, request),
            "stop_reason": _stop_reason(reply),
            "usage": _usage(reply, reply.usage.output),
        }

    def stream(self, reply: Reply, request: Request) -> list[bytes]:
        start = _message_frame(request) | {"usage": _usage(reply, 1)}
        events: list[Json] = [{"type": "message_start", "message": start}, {"type": "ping"}]
        for index, block in enumerate(_blocks(reply, request)):
            if block["type"] == "text":
                deltas = [{"type": "text_delta", "text": piece} for piece in in_pieces(block["text"])]
                empty = block | {"text": ""}
            else:
                # The real one begins with an empty piece.
                pieces = ["", *in_pieces(json.dumps(block["input"], ensure_ascii=False))]
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
                empty = block | {"input": {}}
            events.append({"type": "content_block_start", "index": index, "content_block": empty})
            events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
            events.append({"type": "content_block_stop", "index": index})
        end = {"stop_reason": _stop_reason(reply), "stop_sequence": None}
        events.append({"type": "message_delta", "delta": end, "usage": _usage(reply, reply.usage.output)})
        events.append({"type": "message_stop"})
        return [event(data, data["type"]) for data in events]

    def stream_type(self, request: Request) -> str:
        return "text/event-stream; charset=utf-8"

    def error(self, status: int, message: str, request_id: str) -> Json:
        kind = _ERRORS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}

    def late_error(self, status: int, message: str, request: Request, number: int) -> bytes:
        return event(self.error(status, message, request.new_id("req_")), "error")

    def models(self, path: str, names: tuple[str, ...]) -> Json | None:
        listed = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2025-06-15T00:00:00Z"} for name in names
        ]
        if path.endswith("/models"):
            return {"data": listed, "has_more": False, "first_id": names[0], "last_id": names[-1]}
        return next((model for model in listed if path.endswith(f"/models/{model['id']}")), None)

    def counted(self, tokens: int) -> Json:
        return {"input_tokens": tokens}


def _message(sent: Json) -> Message:
    if sent["role"] not in ("user", "assistant"):
        raise BadRequest(f"messages: there is no role {sent['role']!r}")
    speaker = Speaker.USER if sent["role"] == "user" else Speaker.MODEL
    content = sent["content"]
    if isinstance(content, str):
        return Message(speaker, (content,))
    texts = tuple(block["text"] for block in content if block["type"] == "text")
    calls = tuple(ToolCall(part["id"], part["name"], part["input"]) for part in content if part["type"] == "tool_use")
    results = tuple(
        ToolResult(part["tool_use_id"], "\n".join(texts_of(part.get("content"))))
        for part in content
        if part["type"] == "tool_result"
    )
    return Message(speaker, texts, calls, results)


def _message_frame(request: Request) -> Json:
    return {
        "id": request.new_id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _blocks(reply: Reply, request: Request) -> list[Json]:
    return [_block(part, number, request) for number, part in enumerate(reply.parts)]


def _block(part: Say | Call, number: int, request: Request) -> Json:
    if isinstance(part, Say):
        return {"type": "text", "text": part.text}
    arguments: Any = part.arguments if isinstance(part.arguments, str) else dict(part.arguments)
    return {"type": "tool_use", "id": request.new_id("toolu_", number), "name": part.name, "input": arguments}


def _stop_reason(reply: Reply) -> str:
    if reply.stop is Stop.DONE:
        return "tool_use" if reply.calls else "end_turn"
    return {Stop.LENGTH: "max_tokens", Stop.REFUSED: "refusal"}[reply.stop]


def _usage(reply: Reply, output: int) -> Json:
    """Anthropic counts what came from the cache apart from the input."""
    return {
        "input_tokens": reply.usage.input - reply.usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.usage.cached,
        "output_tokens": output,
        "service_tier": "standard",
    }
