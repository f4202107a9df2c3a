"""Google's Gemini."""

import json
from typing import Any

from tests.modelserver.conversation import Conversation, Message, Speaker, Tool, ToolCall, ToolResult
from tests.modelserver.request import Request
from tests.modelserver.turns import Call, Reply, Say, Stop
from tests.modelserver.wires.wire import Json, in_pieces, required, texts_of

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_FINISH = {Stop.DONE: "STOP", Stop.LENGTH: "MAX_TOKENS", Stop.REFUSED: "SAFETY"}


class GeminiWire:
    """``/v1beta/models/{model}:generateContent`` and ``:streamGenerateContent``"""

    def read(self, path: str, query: dict[str, str], body: Json) -> Conversation:
        # A request to count tokens may hold the request that it is about.
        body = body.get("generateContentRequest", body)
        required(body, "contents")
        model, _, verb = path.rpartition("/")[2].partition(":")
        messages = tuple(_message(content) for content in _listed(body["contents"]))
        tools = tuple(
            Tool(
                declared["name"],
                declared.get("description", ""),
                declared.get("parametersJsonSchema") or declared.get("parameters") or {},
            )
            for offered in _listed(body.get("tools"))
            for declared in offered.get("functionDeclarations") or ()
        )
        system = "\n\n".join(texts_of((body.get("systemInstruction") or {}).get("parts")))
        return Conversation(model, verb == "streamGenerateContent", system, messages, tools)

    def whole(self, reply: Reply, request: Request) -> Json:
        return _frame(request, [_part(part) for part in reply.parts], _FINISH[reply.stop]) | {
            "usageMetadata": _usage(reply, reply.usage.output)
        }

    def stream(self, reply: Reply, request: Request) -> list[bytes]:
        parts: list[Json] = []
        for part in reply.parts:
            parts += [{"text": text} for text in in_pieces(part.text)] if isinstance(part, Say) else [_part(part)]
        frames = [_frame(request, [part], None) | {"usageMetadata": _usage(reply, 1)} for part in parts[:-1]]
        frames.append(
            _frame(request, parts[-1:], _FINISH[reply.stop]) | {"usageMetadata": _usage(reply, reply.usage.output)}
        )
        texts = [json.dumps(frame, ensure_ascii=False) for frame in frames]
        if request.query.get("alt") == "sse":
            return [f"data: {text}\r\n\r\n".encode() for text in texts]
        # Without it the stream is one JSON list, element by element.
        return [f"{'[' if number == 0 else ','}{text}".encode() for number, text in enumerate(texts)] + [b"]"]

    def stream_type(self, request: Request) -> str:
        return "text/event-stream" if request.query.get("alt") == "sse" else "application/json; charset=UTF-8"

    def error(self, status: int, message: str, request_id: str) -> Json:
        return {"error": {"code": status, "message": message, "status": _STATUSES.get(status, "UNKNOWN")}}

    def late_error(self, status: int, message: str, request: Request, number: int) -> bytes:
        error = json.dumps(self.error(status, message, ""), ensure_ascii=False)
        return (f"data: {error}\r\n\r\n" if request.query.get("alt") == "sse" else f",{error}]").encode()

    def models(self, path: str, names: tuple[str, ...]) -> Json | None:
        methods = ["generateContent", "countTokens"]
        listed = [
            {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods} for name in names
        ]
        if path.endswith("/models"):
            return {"models": listed}
        return next((model for model in listed if path.endswith(f"/{model['name']}")), None)

    def counted(self, tokens: int) -> Json:
        return {"totalTokens": tokens}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _message(content: Json) -> Message:
    speaker = Speaker.MODEL if content.get("role") == "model" else Speaker.USER
    texts: list[str] = []
    calls: list[ToolCall] = []
    results: list[ToolResult] = []
    for part in _listed(content.get("parts")):
        if call := part.get("functionCall"):
            calls.append(ToolCall(call["name"], call["name"], call.get("args", {})))
        elif result := part.get("functionResponse"):
            results.append(ToolResult(result["name"], _result(result["response"])))
        elif "text" in part:
            texts.append(part["text"])
    return Message(speaker, tuple(texts), tuple(calls), tuple(results))


def _result(given: Json) -> str:
    """Clients wrap a text in an object of one field, each under a name of its own."""
    value = next(iter(given.values())) if len(given) == 1 else given
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _part(part: Say | Call) -> Json:
    if isinstance(part, Say):
        return {"text": part.text}
    arguments = part.arguments if isinstance(part.arguments, str) else dict(part.arguments)
    return {"functionCall": {"name": part.name, "args": arguments}}


def _frame(request: Request, parts: list[Json], finish: str | None) -> Json:
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": request.model, "responseId": request.new_id("gm")}


def _usage(reply: Reply, output: int) -> Json:
    used = reply.usage
    counted = {
        "promptTokenCount": used.input,
        "candidatesTokenCount": output,
        "totalTokenCount": used.input + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": used.input}],
    }
    return counted | ({"cachedContentTokenCount": used.cached} if used.cached else {})
