"""HTTP, one connection a thread: reads a request, lets the server find the answer, and sends it."""

import gzip
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.modelserver.delivery import CutHere, Delivery, Head, Pause


class Backend(Protocol):
    """What the handler needs of the server."""

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes) -> Delivery:
        """The answer to a request. Never raises."""

    def wait(self, pause: Pause) -> bool:
        """Pause. False when the server ends meanwhile."""


class ModelHandler(BaseHTTPRequestHandler):
    """HTTP/1.1 with connections that stay open, as the providers have it."""

    protocol_version = "HTTP/1.1"
    server_version = "modelserver"
    sys_version = ""
    disable_nagle_algorithm = True
    backend: Backend

    def _serve(self) -> None:
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        # Asked as a proxy: the path names the host that the client wants, so that a test sees who dials out.
        path = self.path if split.scheme or split.netloc or self.command == "CONNECT" else split.path
        self._send(self.backend.answer(self.command, path, query, headers, self._body(headers)))

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The base class looks for ``do_GET`` and the like: all methods are served alike."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            raw = b"".join(iter(self._chunk, b""))
        else:
            raw = self._exactly(int(headers.get("content-length", "0")))
        return gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw

    def _chunk(self) -> bytes:
        size = int(self._line().split(b";")[0], 16)
        chunk = self._exactly(size)
        while self._line().strip():
            pass  # trailers, which only the last chunk has
        return chunk

    def _line(self) -> bytes:
        line = self.rfile.readline()
        if not line:
            raise ConnectionAbortedError("the client went away in the middle of a request")
        return line

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionAbortedError("the client went away in the middle of a request")
        return data

    def _send(self, delivery: Delivery) -> None:
        for step in delivery.steps():
            match step:
                case Head():
                    self._send_head(delivery)
                case Pause():
                    if not self.backend.wait(step):
                        self.close_connection = True
                        return
                case CutHere():
                    self.close_connection = True
                    return
                case bytes() as data if self.command != "HEAD":
                    self._send_bytes(data, chunked=delivery.streamed)
        if delivery.streamed:
            self.wfile.write(b"0\r\n\r\n")

    def _send_bytes(self, data: bytes, *, chunked: bool) -> None:
        if chunked and data:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        self.wfile.write(data)

    def _send_head(self, delivery: Delivery) -> None:
        self.send_response(delivery.status)
        for name, value in delivery.headers:
            self.send_header(name, value)
        if delivery.streamed:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(delivery.length))
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing: what was asked stands in the server's list of requests."""


def handler_for(backend: Backend) -> Callable[..., ModelHandler]:
    """A handler class that asks ``backend``."""
    return type("BoundModelHandler", (ModelHandler,), {"backend": backend})


def parsed_body(raw: bytes) -> Any:
    """The JSON of a body; None where there is none or it is something else."""
    try:
        return json.loads(raw)
    except ValueError:
        return None
