"""OpenAI's responses."""

import json

from tests.modelserver.conversation import Conversation, Message, Speaker, Tool, ToolCall, ToolResult
from tests.modelserver.request import Request
from tests.modelserver.turns import Call, Reply, Say, Stop
from tests.modelserver.wires.chat import ChatWire
from tests.modelserver.wires.wire import CREATED, Json, event, in_pieces, parsed, required, texts_of

_REASONS = {Stop.LENGTH: "max_output_tokens", Stop.REFUSED: "content_filter"}


class ResponsesWire(ChatWire):
    """``/v1/responses``; errors, models and counts are as with chat completions"""

    def read(self, path: str, query: dict[str, str], body: Json) -> Conversation:
        required(body, "model", "input")
        system = [body["instructions"]] if body.get("instructions") else []
        messages: list[Message] = []
        sent = body["input"]
        for item in [{"role": "user", "content": sent}] if isinstance(sent, str) else sent:
            if item.get("role") in ("system", "developer"):
                system += texts_of(item["content"])
            elif message := _message(item):
                messages.append(message)
        tools = tuple(
            Tool(
                tool.get("name", tool["type"]),
                tool.get("description") or "",
                tool.get("parameters") or {},
                tool["type"],
            )
            for tool in body.get("tools") or ()
        )
        return Conversation(body["model"], bool(body.get("stream")), "\n\n".join(system), tuple(messages), tools)

    def whole(self, reply: Reply, request: Request) -> Json:
        return _response(reply, request, "incomplete" if reply.stop in _REASONS else "completed")

    def stream(self, reply: Reply, request: Request) -> list[bytes]:
        begun = _response(reply, request, "in_progress") | {"output": [], "usage": None}
        events: list[Json] = [
            {"type": "response.created", "response": begun},
            {"type": "response.in_progress", "response": begun},
        ]
        for index, item in enumerate(_output(reply, request)):
            events.append({"type": "response.output_item.added", "output_index": index, "item": _begun(item)})
            events += _parts(item, index)
            events.append({"type": "response.output_item.done", "output_index": index, "item": item})
        whole = self.whole(reply, request)
        events.append({"type": f"response.{whole['status']}", "response": whole})
        return [event(data | {"sequence_number": number}, data["type"]) for number, data in enumerate(events)]

    def late_error(self, status: int, message: str, request: Request, number: int) -> bytes:
        code = "rate_limit_exceeded" if status == 429 else "server_error"
        failed = _response(Reply(), request, "failed") | {"error": {"code": code, "message": message}, "usage": None}
        return event({"type": "response.failed", "response": failed, "sequence_number": number}, "response.failed")


def _message(item: Json) -> Message | None:
    """Items that are no part of the conversation, such as reasoning, give None."""
    match item.get("type", "message"):
        case "message":
            speaker = Speaker.MODEL if item["role"] == "assistant" else Speaker.USER
            return Message(speaker, texts_of(item["content"]))
        case "function_call":
            call = ToolCall(item["call_id"], item["name"], parsed(item["arguments"]))
            return Message(Speaker.MODEL, calls=(call,))
        case "custom_tool_call":
            return Message(Speaker.MODEL, calls=(ToolCall(item["call_id"], item["name"], item["input"]),))
        case "function_call_output" | "custom_tool_call_output":
            text = "\n".join(texts_of(item["output"]))
            return Message(Speaker.USER, results=(ToolResult(item["call_id"], text),))
        case _:
            return None


def _response(reply: Reply, request: Request, status: str) -> Json:
    body = request.body
    return {
        "id": request.new_id("resp_"),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": _REASONS[reply.stop]} if status == "incomplete" else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": body.get("metadata") or {},
        "model": request.model,
        "output": _output(reply, request),
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": body.get("reasoning") or {"effort": None, "summary": None},
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": 1.0,
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(reply),
        "user": None,
    }


def _output(reply: Reply, request: Request) -> list[Json]:
    return [_item(part, number, request) for number, part in enumerate(reply.parts)]


def _item(part: Say | Call, number: int, request: Request) -> Json:
    if isinstance(part, Say):
        text = {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}
        identity = request.new_id("msg_", number)
        return {"id": identity, "type": "message", "status": "completed", "role": "assistant", "content": [text]}
    call: Json = {"call_id": request.new_id("call_", number), "name": part.name, "status": "completed"}
    if isinstance(part.arguments, str):
        return {"id": request.new_id("ctc_", number), "type": "custom_tool_call", **call, "input": part.arguments}
    arguments = json.dumps(dict(part.arguments), ensure_ascii=False)
    return {"id": request.new_id("fc_", number), "type": "function_call", **call, "arguments": arguments}


def _begun(item: Json) -> Json:
    empty: dict[str, Json] = {"message": {"content": []}, "function_call": {"arguments": ""}}
    return item | {"status": "in_progress"} | empty.get(item["type"], {"input": ""})


def _parts(item: Json, index: int) -> list[Json]:
    """What is sent between an item's beginning and its end."""
    place = {"item_id": item["id"], "output_index": index}
    if item["type"] == "message":
        part = item["content"][0]
        inside = place | {"content_index": 0}
        return [
            {"type": "response.content_part.added", **inside, "part": part | {"text": ""}},
            *(
                {"type": "response.output_text.delta", **inside, "delta": piece, "logprobs": []}
                for piece in in_pieces(part["text"])
            ),
            {"type": "response.output_text.done", **inside, "text": part["text"], "logprobs": []},
            {"type": "response.content_part.done", **inside, "part": part},
        ]
    kind, field = ("function_call_arguments", "arguments")
    if item["type"] == "custom_tool_call":
        kind, field = ("custom_tool_call_input", "input")
    return [
        *({"type": f"response.{kind}.delta", **place, "delta": piece} for piece in in_pieces(item[field])),
        {"type": f"response.{kind}.done", **place, field: item[field]},
    ]


def _usage(reply: Reply) -> Json:
    used = reply.usage
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cached},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": used.input + used.output,
    }
