"""A collector of traces on loopback, which takes what OTLP over HTTP brings and keeps it."""

import functools
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from baton.runtime.tracing import spans
from baton.runtime.tracing.opening import flush, open_tracing


@dataclass(frozen=True)
class Seen:
    """One span. IDs are in hexadecimal, times in nanoseconds since 1970; ``links`` are traces with what they are."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start: int
    end: int
    error: bool
    status: str
    attributes: dict[str, Any]
    links: list[tuple[str, dict[str, Any]]]
    events: list[tuple[str, dict[str, Any]]]

    @property
    def build(self) -> str:
        """The build that it says it is of."""
        workflow: str = self.attributes.get("temporalWorkflowID", "")
        return workflow.removeprefix("build-")


@dataclass
class Collector:
    """Listens from when it is entered. ``raw`` are the bodies as they came, unpacked."""

    raw: list[bytes] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT is set to."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        raw = self.raw

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/v1/traces"
                raw.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def spans(self, wanted: Callable[[Seen], bool] = lambda _: True) -> list[Seen]:
        """Those that have come, in the order of their beginning."""
        return sorted(
            (one for body in list(self.raw) for one in _spans(body) if wanted(one)), key=lambda one: one.start
        )

    def until(self, wanted: Callable[[Seen], bool], *, seconds: float = 20.0) -> Seen:
        """Wait for a span."""
        deadline = time.monotonic() + seconds
        while not (found := self.spans(wanted)):
            assert time.monotonic() < deadline, sorted({one.name for one in self.spans()})
            time.sleep(0.05)
        return found[0]


@functools.cache
def shared() -> Collector:
    """The one of this process, for as long as that lasts: a process has one provider of traces, which sends here."""
    return Collector().__enter__()


@contextmanager
def traced() -> Iterator[Collector]:
    """Have this process make spans and send them to :func:`shared`, while the context lasts."""
    collector = shared()
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        assert open_tracing(environ, "baton-test", told.append), told
        try:
            yield collector
        finally:
            flush()
            spans.uninstall()


def _spans(body: bytes) -> Iterator[Seen]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _attributes(resource.resource.attributes).get("service.name", "")
        for scope in resource.scope_spans:
            for one in scope.spans:
                yield Seen(
                    service,
                    one.name,
                    one.trace_id.hex(),
                    one.span_id.hex(),
                    one.parent_span_id.hex(),
                    one.start_time_unix_nano,
                    one.end_time_unix_nano,
                    one.status.code == 2,
                    one.status.message,
                    _attributes(one.attributes),
                    [(link.trace_id.hex(), _attributes(link.attributes)) for link in one.links],
                    [(event.name, _attributes(event.attributes)) for event in one.events],
                )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
