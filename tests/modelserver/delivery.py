"""A turn as what goes out: status, headers, and the body with its pauses and its cut."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from threading import Event

from tests.modelserver.request import Request
from tests.modelserver.turns import BEFORE_HEAD, Call, Cut, Fail, FailLate, Garbage, Hold, Reply, Say, Slow, Turn
from tests.modelserver.wires.wire import Json, Wire


@dataclass(frozen=True)
class Pause:
    """Wait for ``seconds``, or until ``until`` is set where there is one."""

    at: int
    seconds: float = 0.0
    until: Event | None = None


@dataclass(frozen=True)
class CutHere:
    """The connection is closed at this place."""


@dataclass(frozen=True)
class Head:
    """Status line and headers go out at this place."""


@dataclass(frozen=True)
class Delivery:
    """One answer. ``streamed``: the body goes out in chunks, a piece each; else it goes out with its length."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[bytes, ...]
    streamed: bool = False
    pauses: tuple[Pause, ...] = ()
    cut: int | None = None

    @property
    def length(self) -> int:
        return sum(map(len, self.pieces))

    def steps(self) -> Iterator[Head | bytes | Pause | CutHere]:
        """What to do, in order. Nothing comes after a cut."""
        stops: list[tuple[int, Pause | CutHere]] = [(pause.at, pause) for pause in self.pauses]
        if self.cut is not None:
            stops.append((self.cut, CutHere()))
        stops.sort(key=lambda stop: stop[0])
        position = BEFORE_HEAD
        for piece in (None, *self.pieces):
            end = 0 if piece is None else position + len(piece)
            while stops and stops[0][0] < end:
                at, stop = stops.pop(0)
                if piece is not None and at > position:
                    yield piece[: at - position]
                    piece, position = piece[at - position :], at
                yield stop
                if isinstance(stop, CutHere):
                    return
            yield Head() if piece is None else piece
            position = end
        for _, stop in stops:
            yield stop
            if isinstance(stop, CutHere):
                return


def deliver(turn: Turn, request: Request, wire: Wire, ask: Callable[[Turn], Turn]) -> Delivery:
    """The delivery of ``turn``. ``ask`` turns a dialogue into the turn that it gives for this request."""
    match ask(turn):
        case Slow(seconds, inner, after_bytes):
            later = deliver(inner, request, wire, ask)
            return replace(later, pauses=(*later.pauses, Pause(after_bytes, seconds)))
        case Hold(until, inner, after_bytes):
            later = deliver(inner, request, wire, ask)
            return replace(later, pauses=(*later.pauses, Pause(after_bytes, until=until)))
        case Cut(after_bytes, inner):
            return replace(deliver(inner, request, wire, ask), cut=after_bytes)
        case Fail(status, message, headers, body):
            if body is None:
                return as_json(status, wire.error(status, message, request.new_id("req_")), tuple(headers.items()))
            return Delivery(status, (("content-type", "application/json"), *headers.items()), (body,))
        case FailLate(after_bytes, begun, status, message):
            if not request.stream:
                return deliver(Fail(status, message), request, wire, ask)
            whole = deliver(begun, request, wire, ask)
            ends = accumulate(map(len, whole.pieces))
            kept = tuple(piece for piece, end in zip(whole.pieces, ends, strict=True) if end <= after_bytes)
            return replace(whole, pieces=(*kept, wire.late_error(status, message, request, len(kept))))
        case Garbage(body, content_type, status):
            return Delivery(status, (("content-type", content_type),), (body,))
        case Say() | Call() as part:
            return _answer(Reply(part), request, wire)
        case Reply() as reply:
            return _answer(reply, request, wire)
        case other:
            raise TypeError(f"{other!r} is no turn")


def as_json(status: int, body: Json, headers: tuple[tuple[str, str], ...] = ()) -> Delivery:
    """A JSON object as an answer."""
    named = {name.lower() for name, _ in headers}
    own = () if "content-type" in named else (("content-type", "application/json"),)
    return Delivery(status, (*own, *headers), (json.dumps(body, ensure_ascii=False).encode(),))


def _answer(reply: Reply, request: Request, wire: Wire) -> Delivery:
    if not request.stream:
        return as_json(200, wire.whole(reply, request))
    headers = (("content-type", wire.stream_type(request)), ("cache-control", "no-cache"))
    return Delivery(200, headers, tuple(wire.stream(reply, request)), streamed=True)
