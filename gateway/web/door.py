"""One address that the app answers at."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_GRACE_SECONDS = 5
"""For requests under way when the gateway stops; streams end at once."""


class _Server(uvicorn.Server):
    """uvicorn, without its hands on the signals of the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def shut(self) -> None:
        for server in self.servers:
            server.close()


class Door:
    """Answers at ``listener``, a bound socket, from :meth:`open` on. The app's life span is somebody else's."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._listener = listener
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to answer."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.01)
        if self._serving.done():
            await self._serving

    def shut(self) -> None:
        """Let nobody new in. Who is in stays."""
        self._server.shut()

    async def close(self) -> None:
        """Finish what is under way, and end."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
