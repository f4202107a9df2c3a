"""A TCP server that can be stopped at once, with every thread and socket that it opened."""

import socket
import socketserver
import sys
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on a free port of loopback from the moment it is made; ``start`` begins to answer."""

    allow_reuse_address = True
    request_queue_size = 128
    # Threads are joined when it is closed.
    daemon_threads = False

    def __init__(self, handler: Callable[..., Any], fault: Callable[[str], None]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._fault = fault
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._ending = Event()
        self._thread = Thread(target=self._accept, name=f"modelserver-{self.port}", daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, also those in the middle of an answer, and wait for the threads."""
        self._ending.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            self._thread.join()
        with self._lock:
            for connection in self._open:
                # The thread that reads there finds the end of the stream.
                _shut(connection)
        self.server_close()

    def _accept(self) -> None:
        # serve_forever() would look for its end twice a second; a connection to itself ends this at once.
        while not self._ending.is_set():
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no fault: programs are killed in tests."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            self._fault(f"the server failed to serve a connection: {error!r}")


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
