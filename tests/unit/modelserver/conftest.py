"""Talks to the server as a client without a library would, to see what goes over the wire."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.modelserver import ModelServer
from tests.modelserver.fixture import model_server

__all__ = ["model_server"]

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"
GEMINI = "/v1beta/models/m:generateContent"
GEMINI_STREAM = "/v1beta/models/m:streamGenerateContent"
WIRES = ("chat", "responses", "anthropic", "gemini")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[tuple[str | None, Any]]:
        """Name and data of each server-sent event; the data of the end mark of chat completions is None."""
        assert self.headers["content-type"].startswith("text/event-stream")
        events: list[tuple[str | None, Any]] = []
        for block in self.body.decode().replace("\r\n", "\n").split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            events.append((fields.get("event"), None if fields["data"] == "[DONE]" else json.loads(fields["data"])))
        return events


def connect(server: ModelServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=30)


def ask(
    where: ModelServer | http.client.HTTPConnection, path: str, body: Any = None, method: str = "POST", **headers: str
) -> Answer:
    """Ask once. Bytes go as they are, other bodies as JSON; ``_`` in names of headers stands for ``-``."""
    raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    own = connect(where) if isinstance(where, ModelServer) else None
    connection = own or where
    assert isinstance(connection, http.client.HTTPConnection)
    try:
        connection.request(method, path, raw, named)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())
    finally:
        if own:
            own.close()


def question(wire: str, text: str = "Hello", *, stream: bool = False) -> tuple[str, dict[str, Any]]:
    """Path and body of a first question with one tool on offer."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    named = {"name": "add", "description": "adds"}
    match wire:
        case "chat":
            tools: list[Any] = [{"type": "function", "function": {**named, "parameters": schema}}]
            messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": text}]
            return CHAT, {"model": "m", "messages": messages, "tools": tools, "stream": stream}
        case "responses":
            tools = [{"type": "function", **named, "parameters": schema}]
            return RESPONSES, {
                "model": "m", "instructions": "Be short.", "input": text, "tools": tools, "stream": stream
            }  # fmt: skip
        case "anthropic":
            tools = [{**named, "input_schema": schema}]
            blocks = [{"role": "user", "content": [{"type": "text", "text": text}]}]
            return MESSAGES, {
                "model": "m", "max_tokens": 9, "system": "Be short.", "messages": blocks, "tools": tools,
                "stream": stream,
            }  # fmt: skip
        case _:
            path = f"{GEMINI_STREAM}?alt=sse" if stream else GEMINI
            return path, {
                "contents": [{"role": "user", "parts": [{"text": text}]}],
                "systemInstruction": {"parts": [{"text": "Be short."}]},
                "tools": [{"functionDeclarations": [{**named, "parametersJsonSchema": schema}]}],
            }


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
