"""What a wire does: read a provider's requests, and write its answers."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from tests.modelserver.conversation import Conversation
from tests.modelserver.request import Request
from tests.modelserver.turns import Reply

Json = dict[str, Any]

# A fixed moment: answers to the same request are the same.
CREATED = 1_750_000_000


class BadRequest(Exception):
    """The request is not one that the provider would take. Answered with status 400 in the wire's form."""


class Wire(Protocol):
    """One protocol. No state: all that an answer needs is in the request."""

    def read(self, path: str, query: dict[str, str], body: Json) -> Conversation:
        """What was sent to the model.

        Raises BadRequest, KeyError, TypeError or AttributeError for what is not the protocol.
        """

    def whole(self, reply: Reply, request: Request) -> Json:
        """The answer as one JSON object."""

    def stream(self, reply: Reply, request: Request) -> list[bytes]:
        """The answer as the pieces of a stream."""

    def stream_type(self, request: Request) -> str:
        """The media type of the stream."""

    def error(self, status: int, message: str, request_id: str) -> Json:
        """The body of an error."""

    def late_error(self, status: int, message: str, request: Request, number: int) -> bytes:
        """The last piece of a stream that breaks off with an error after ``number`` pieces."""

    def models(self, path: str, names: tuple[str, ...]) -> Json | None:
        """The list of models, or the one that ``path`` names; None if there is none of that name."""

    def counted(self, tokens: int) -> Json:
        """The answer to a request to count tokens."""


def event(data: Any, name: str | None = None) -> bytes:
    """A server-sent event. Text travels as it is, not in escapes, so that clients meet characters of several bytes."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def in_pieces(text: str, size: int = 12) -> Iterator[str]:
    """A text as a model streams it: bit by bit."""
    for start in range(0, len(text), size):
        yield text[start : start + size]


def texts_of(content: Any) -> tuple[str, ...]:
    """The texts in what may be a string, a list of typed parts, or nothing. Pictures and the like have no text."""
    if content is None:
        return ()
    if isinstance(content, str):
        return (content,)
    return tuple(part["text"] for part in content if isinstance(part.get("text"), str))


def parsed(arguments: str) -> Any:
    """The arguments of a call as an object, or the text as it is where it is no JSON."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def required(body: Json, *names: str) -> None:
    """Refuse a body that lacks one of ``names``."""
    for name in names:
        if body.get(name) in (None, "", []):
            raise BadRequest(f"{name}: field required")
