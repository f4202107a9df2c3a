"""A request as it was received."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.modelserver.conversation import Conversation


class WireName(StrEnum):
    """The protocols that the server speaks."""

    CHAT = "openai-chat"
    RESPONSES = "openai-responses"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"


class Kind(StrEnum):
    """What a request is for."""

    ANSWER = "answer"
    """The model is asked: the request takes a turn of the script."""
    ASIDE = "aside"
    """The model is asked beside the script, as for the title of a session: it takes no turn."""
    COUNT = "count"
    """Tokens are to be counted."""
    MODELS = "models"
    """Models are to be listed, or one is to be described."""
    UNKNOWN = "unknown"
    """The server does not know the path, or not with this method."""


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    Header names are in lower case; ``path`` is without the query; ``body`` is parsed JSON, None where there is none.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    body: Any
    wire: WireName
    kind: Kind
    conversation: Conversation = field(default=Conversation("", False, "", ()))

    @property
    def model(self) -> str:
        return self.conversation.model

    @property
    def stream(self) -> bool:
        return self.conversation.stream

    @property
    def everything(self) -> str:
        """All that was sent as one text, to look for what must not be in it."""
        lines = [
            f"{self.method} {self.path} {self.query}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\n".join(lines) + "\n\n" + self.raw.decode(errors="replace")

    def new_id(self, prefix: str, number: int = 0) -> str:
        """An ID for something in the answer. The same request gives the same ones; every other gives others."""
        seed = hashlib.sha256(self.path.encode() + self.raw).hexdigest()
        return f"{prefix}{seed[:20]}{number:02d}"
