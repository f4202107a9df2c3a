"""The server: what was asked, what is answered."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Condition, Event
from time import monotonic
from types import TracebackType
from typing import Self

from tests.modelserver.delivery import Delivery, Pause, deliver
from tests.modelserver.handler import handler_for, parsed_body
from tests.modelserver.listener import Listener
from tests.modelserver.reception import keys_of, refusal, understood, unscripted
from tests.modelserver.request import Kind, Request
from tests.modelserver.routes import route
from tests.modelserver.script import Script
from tests.modelserver.turns import Always, Call, Cut, Fail, FailLate, Garbage, Hold, Reply, Say, Slow, Turn
from tests.modelserver.wires.registry import WIRES
from tests.modelserver.wires.wire import BadRequest

_TURNS = (Say, Call, Reply, Fail, FailLate, Garbage, Slow, Hold, Cut)
# Answers a request beside the script, or gives None to let the script answer it.
Aside = Callable[[Request], Turn | None]


class ModelServer:
    """Plays ``turns`` to whoever asks. Listens from when it is made; use it as a context manager, or call ``stop``.

    ``aside`` sees each request first; the turn that it gives takes none of the script (titles of sessions and the
    like). ``key`` is what clients have to send as their key; without one every key is good. ``models`` are what the
    lists of models name.
    """

    def __init__(
        self,
        *turns: Turn | Always,
        aside: Aside | None = None,
        key: str | None = None,
        models: tuple[str, ...] = ("test-model",),
    ) -> None:
        self._script = Script(turns)
        self._aside = aside
        self._key = key
        self._models = models
        self._requests: list[Request] = []
        self._came = Condition()
        self._ending = Event()
        self._listener = Listener(handler_for(self), self._script.fault)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every pause and connection. Afterwards no thread and no socket is left. May be called again."""
        if not self._ending.is_set():
            self._ending.set()
            self._listener.stop()

    @property
    def url(self) -> str:
        """The base URL for clients of Anthropic and Gemini."""
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def openai_url(self) -> str:
        """The base URL for clients of OpenAI."""
        return f"{self.url}/v1"

    @property
    def requests(self) -> tuple[Request, ...]:
        """All that was asked, whatever it was for."""
        with self._came:
            return tuple(self._requests)

    @property
    def asked(self) -> tuple[Request, ...]:
        """The requests that the script answered, or had to answer."""
        return tuple(request for request in self.requests if request.kind is Kind.ANSWER)

    @property
    def unknown(self) -> tuple[Request, ...]:
        """The requests to paths that the server does not know; they were answered with status 404."""
        return tuple(request for request in self.requests if request.kind is Kind.UNKNOWN)

    def wait_for(self, count: int, timeout: float = 30.0) -> tuple[Request, ...]:
        """Wait until the model was asked ``count`` times. Raises TimeoutError after ``timeout`` seconds."""
        end = monotonic() + timeout
        with self._came:
            while len(asked := [request for request in self._requests if request.kind is Kind.ANSWER]) < count:
                if not self._came.wait(end - monotonic()):
                    raise TimeoutError(f"the model was asked {len(asked)} of {count} times in {timeout} s")
            return tuple(asked)

    def assert_done(self) -> None:
        """The script was played to its end, nothing was asked beyond it, and no request was malformed."""
        complaints = self._script.complaints()
        assert not complaints, "the model server was not used as scripted:\n- " + "\n- ".join(complaints)

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes) -> Delivery:
        """Keep the request and find its answer. Called by the handler, in the connection's thread."""
        name, kind = route(method, path, headers)
        request = Request(method, path, query, headers, raw, parsed_body(raw), name, kind)
        try:
            request = understood(request)
        except BadRequest as error:
            self._keep(request)
            self._script.fault(str(error))
            return refusal(request, 400, str(error))
        try:
            return self._played(request)
        except Exception as error:
            message = f"{method} {path}: the script could not answer: {error!r}"
            self._script.fault(message)
            return refusal(request, 500, message)

    def wait(self, pause: Pause) -> bool:
        """Pause an answer. False when the server ends meanwhile."""
        if pause.until is None:
            return not self._ending.wait(pause.seconds)
        while not pause.until.wait(0.02):
            if self._ending.is_set():
                return False
        return True

    def _keep(self, request: Request) -> None:
        with self._came:
            self._requests.append(request)
            self._came.notify_all()

    def _played(self, request: Request) -> Delivery:
        turn: Turn | None = None
        try:
            if request.kind is Kind.ANSWER and self._aside and (turn := self._aside(request)):
                request = replace(request, kind=Kind.ASIDE)
        finally:
            self._keep(request)
        if self._key is not None and self._key not in keys_of(request):
            return refusal(request, 401, "no such key")
        if request.kind not in (Kind.ANSWER, Kind.ASIDE):
            return unscripted(request, self._models)
        return deliver(turn or self._script.next(request), request, WIRES[request.wire], partial(_resolved, request))


def _resolved(request: Request, turn: Turn) -> Turn:
    while not isinstance(turn, _TURNS):
        turn = turn(request)
    return turn
