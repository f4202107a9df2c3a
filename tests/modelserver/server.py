"""The server: what was asked, what is answered."""

from collections.abc import Callable
from threading import Condition, Event
from time import monotonic
from types import TracebackType
from typing import Self

from tests.modelserver.delivery import Delivery, Pause, as_json, deliver
from tests.modelserver.handler import handler_for, parsed_body
from tests.modelserver.listener import Listener
from tests.modelserver.pairing import misfit
from tests.modelserver.request import Kind, Request
from tests.modelserver.routes import route
from tests.modelserver.script import Script
from tests.modelserver.turns import Always, Call, Cut, Fail, Garbage, Hold, Reply, Say, Slow, Turn
from tests.modelserver.wires.registry import AT_ONCE, WIRES
from tests.modelserver.wires.wire import BadRequest, Wire

_TURNS = (Say, Call, Reply, Fail, Garbage, Slow, Hold, Cut)
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
        """The requests for an answer of the model."""
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
            request = self._read(request)
            self._keep(request)
        except (BadRequest, KeyError, TypeError, AttributeError) as error:
            self._keep(request)
            message = f"{method} {path}: {error if isinstance(error, BadRequest) else f'malformed: {error!r}'}"
            self._script.fault(message)
            return self._error(request, 400, message)
        try:
            return self._find(request)
        except Exception as error:
            message = f"{method} {path}: the script could not answer: {error!r}"
            self._script.fault(message)
            return self._error(request, 500, message)

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

    def _read(self, request: Request) -> Request:
        if request.kind not in (Kind.ANSWER, Kind.COUNT):
            return request
        if not isinstance(request.body, dict):
            raise BadRequest("the body has to be a JSON object")
        conversation = WIRES[request.wire].read(request.path, request.query, request.body)
        if request.kind is Kind.ANSWER and (wrong := misfit(conversation, at_once=request.wire in AT_ONCE)):
            raise BadRequest(wrong)
        return Request(**{**vars(request), "conversation": conversation})

    def _find(self, request: Request) -> Delivery:
        wire = WIRES[request.wire]
        if self._key is not None and self._key not in _keys(request):
            return self._error(request, 401, "no such key")
        if request.kind is Kind.UNKNOWN:
            return self._error(request, 404, f"there is nothing at {request.method} {request.path}")
        if request.kind is Kind.MODELS:
            listed = wire.models(request.path, self._models)
            return as_json(200, listed) if listed else self._error(request, 404, f"no model is named by {request.path}")
        if request.kind is Kind.COUNT:
            return as_json(200, wire.counted(len(request.raw) // 4))
        return deliver(self._turn(request), request, wire, lambda turn: _resolved(turn, request))

    def _turn(self, request: Request) -> Turn:
        turn = self._aside(request) if self._aside else None
        return self._script.next(request) if turn is None else turn

    def _error(self, request: Request, status: int, message: str) -> Delivery:
        wire: Wire = WIRES[request.wire]
        return as_json(status, wire.error(status, message, request.new_id("req_")))


def _resolved(turn: Turn, request: Request) -> Turn:
    while not isinstance(turn, _TURNS):
        turn = turn(request)
    return turn


def _keys(request: Request) -> set[str]:
    headers = request.headers
    sent = {headers.get("x-api-key"), headers.get("x-goog-api-key"), request.query.get("key")}
    sent.add(headers.get("authorization", "").removeprefix("Bearer "))
    return {key for key in sent if key}
