"""What a script is made of: one turn for each request that asks the model for an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event
from typing import Any, TypeAlias

from tests.modelserver.request import Request

# Positions in an answer are counted in bytes of its body. This one is before the status line.
BEFORE_HEAD = -1


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer. ``input`` is all that was read; ``cached`` is the part of it that came from a cache."""

    input: int = 100
    output: int = 20
    cached: int = 0


class Stop(StrEnum):
    """Why the model stopped. Each wire has its own words for it."""

    DONE = "done"
    """It said all it had to say, or waits for the results of its calls."""
    LENGTH = "length"
    """It ran into the limit of output tokens."""
    REFUSED = "refused"
    """The provider's filter stopped it."""


@dataclass(frozen=True)
class Say:
    """The model says a text."""

    text: str


@dataclass(frozen=True)
class Call:
    """The model calls a tool. A string as arguments makes a call of a free-form tool, where the wire has those."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True, init=False)
class Reply:
    """One answer of several parts: ``Reply(Say("I look."), Call("a"), Call("b"), usage=Usage(900, 30))``."""

    parts: tuple[Say | Call, ...]
    usage: Usage
    stop: Stop

    def __init__(self, *parts: Say | Call, usage: Usage | None = None, stop: Stop = Stop.DONE) -> None:
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "usage", usage or Usage())
        object.__setattr__(self, "stop", stop)

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, Say))

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(part for part in self.parts if isinstance(part, Call))


@dataclass(frozen=True)
class Fail:
    """The provider answers with an error, in its own form unless ``body`` gives another."""

    status: int
    message: str = "scripted failure"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class FailLate:
    """A stream that ends in an error after its first ``after_bytes``. An answer that is no stream fails at once."""

    after_bytes: int
    turn: "Say | Call | Reply"
    status: int = 529
    message: str = "scripted failure in the stream"


@dataclass(frozen=True)
class Garbage:
    """A success that is not the protocol, as from a proxy's login page."""

    body: bytes = b"<!doctype html><title>Sign in</title>"
    content_type: str = "text/html"
    status: int = 200


@dataclass(frozen=True)
class Slow:
    """Wait for ``seconds`` before the answer, or in it after ``after_bytes`` of the body."""

    seconds: float
    turn: "Turn"
    after_bytes: int = BEFORE_HEAD


@dataclass(frozen=True)
class Hold:
    """Wait until the test sets ``until``, before the answer or in it. The server's end ends the wait too."""

    until: Event
    turn: "Turn"
    after_bytes: int = BEFORE_HEAD


@dataclass(frozen=True)
class Cut:
    """Close the connection after ``after_bytes`` of the body.

    Past the end of a stream this leaves out the chunk that ends it, and nothing else.
    """

    after_bytes: int
    turn: "Turn"


@dataclass(frozen=True)
class Always:
    """The last turn of a script: it is played for every request that comes."""

    turn: "Turn"


# Finds the turn by what was asked. It runs in the thread of the request, which may be one of several at a time.
Dialogue: TypeAlias = Callable[[Request], "Turn"]
Turn: TypeAlias = Say | Call | Reply | Fail | FailLate | Garbage | Slow | Hold | Cut | Dialogue
