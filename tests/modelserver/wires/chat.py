"""OpenAI's chat completions, which many providers speak."""

import json
from typing import Any

from tests.modelserver.conversation import Conversation, Message, Speaker, Tool, ToolCall, ToolResult
from tests.modelserver.request import Request
from tests.modelserver.turns import Reply, Stop
from tests.modelserver.wires.wire import CREATED, BadRequest, Json, event, in_pieces, parsed, required, texts_of

_ERRORS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("rate_limit_exceeded", "rate_limit_exceeded"),
}


class ChatWire:
    """``/v1/chat/completions``"""

    def read(self, path: str, query: dict[str, str], body: Json) -> Conversation:
        required(body, "model", "messages")
        system: list[str] = []
        messages: list[Message] = []
        for sent in body["messages"]:
            texts = texts_of(sent.get("content"))
            match sent["role"]:
                case "system" | "developer":
                    system += texts
                case "user":
                    messages.append(Message(Speaker.USER, texts))
                case "assistant":
                    calls = tuple(
                        ToolCall(call["id"], call["function"]["name"], parsed(call["function"]["arguments"]))
                        for call in sent.get("tool_calls") or ()
                    )
                    messages.append(Message(Speaker.MODEL, texts, calls))
                case "tool":
                    result = ToolResult(sent["tool_call_id"], "\n".join(texts))
                    messages.append(Message(Speaker.USER, results=(result,)))
                case role:
                    raise BadRequest(f"messages: there is no role {role!r}")
        tools = tuple(
            Tool(
                tool["function"]["name"],
                tool["function"].get("description", ""),
                tool["function"].get("parameters", {}),
            )
            for tool in body.get("tools") or ()
        )
        return Conversation(body["model"], bool(body.get("stream")), "\n\n".join(system), tuple(messages), tools)

    def whole(self, reply: Reply, request: Request) -> Json:
        message: Json = {"role": "assistant", "content": reply.text or None, "refusal": None, "annotations": []}
        if reply.calls:
            message["tool_calls"] = _calls(reply, request)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
        return _frame(request, "chat.completion") | {"choices": [choice], "usage": _usage(reply)}

    def stream(self, reply: Reply, request: Request) -> list[bytes]:
        deltas: list[Json] = [{"role": "assistant", "content": "" if reply.text else None, "refusal": None}]
        deltas += [{"content": piece} for piece in in_pieces(reply.text)]
        for index, call in enumerate(_calls(reply, request)):
            arguments = call["function"]["arguments"]
            call["function"]["arguments"] = ""
            deltas.append({"tool_calls": [{"index": index, **call}]})
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in in_pieces(arguments)
            ]
        frame = _frame(request, "chat.completion.chunk")
        with_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
        if with_usage:
            frame["usage"] = None
        chunks = [frame | {"choices": [_choice(delta, None)]} for delta in deltas]
        chunks.append(frame | {"choices": [_choice({}, _finish(reply))]})
        if with_usage:
            chunks.append(frame | {"choices": [], "usage": _usage(reply)})
        return [*map(event, chunks), b"data: [DONE]\n\n"]

    def stream_type(self, request: Request) -> str:
        return "text/event-stream; charset=utf-8"

    def error(self, status: int, message: str, request_id: str) -> Json:
        kind, code = _ERRORS.get(status, ("server_error", None))
        return {"error": {"message": message, "type": kind, "param": None, "code": code}}

    def late_error(self, status: int, message: str, request: Request, number: int) -> bytes:
        return event(self.error(status, message, ""))

    def models(self, path: str, names: tuple[str, ...]) -> Json | None:
        listed = [{"id": name, "object": "model", "created": CREATED, "owned_by": "tests"} for name in names]
        if path.endswith("/models"):
            return {"object": "list", "data": listed}
        return next((model for model in listed if path.endswith(f"/models/{model['id']}")), None)

    def counted(self, tokens: int) -> Json:
        return {"object": "response.input_tokens", "input_tokens": tokens}


def _frame(request: Request, kind: str) -> Json:
    return {
        "id": request.new_id("chatcmpl-"),
        "object": kind,
        "created": CREATED,
        "model": request.model,
        "service_tier": "default",
        "system_fingerprint": "fp_tests",
    }


def _choice(delta: Json, finish: str | None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _calls(reply: Reply, request: Request) -> list[Json]:
    return [
        {
            "id": request.new_id("call_", number),
            "type": "function",
            "function": {"name": call.name, "arguments": _arguments(call.arguments)},
        }
        for number, call in enumerate(reply.calls)
    ]


def _arguments(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _finish(reply: Reply) -> str:
    if reply.stop is Stop.DONE:
        return "tool_calls" if reply.calls else "stop"
    return {Stop.LENGTH: "length", Stop.REFUSED: "content_filter"}[reply.stop]


def _usage(reply: Reply) -> Json:
    used = reply.usage
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output,
        "total_tokens": used.input + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
