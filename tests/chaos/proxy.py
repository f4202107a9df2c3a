"""A wire that can be cut, slowed and silenced: a TCP proxy on loopback."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from baton.runtime.ports import LOOPBACK

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_PIECE = 65_536


class Proxy:
    """Hands on what comes to ``port`` to where ``connect`` leads, and back. Ends with its context."""

    def __init__(self, connect: Callable[[], Awaitable[Ends]]) -> None:
        self._connect = connect
        self._server: asyncio.Server | None = None
        self._wires: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._speaking = asyncio.Event()
        self._speaking.set()
        self.delay = 0.0
        """Seconds that each piece of data takes longer."""
        self.port = 0

    @property
    def address(self) -> str:
        """host:port"""
        return f"{LOOPBACK}:{self.port}"

    def cut(self) -> None:
        """End all connections at once, and those that come, until it is mended."""
        self._is_cut = True
        for wire in self._wires:
            wire.cancel()

    def silence(self) -> None:
        """Hand on nothing, with all connections open, until it is mended."""
        self._speaking.clear()

    def mend(self) -> None:
        """As it was before."""
        self._is_cut, self.delay = False, 0.0
        self._speaking.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for wire in self._wires:
            wire.cancel()
        if self._wires:
            await asyncio.wait(self._wires)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        wire = asyncio.create_task(self._hand_on(reader, writer))
        self._wires.add(wire)
        wire.add_done_callback(self._wires.discard)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, there_writer))
                both.create_task(self._pump(there_reader, writer))
        except* OSError:
            pass
        finally:
            writer.transport.abort()
            there_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            if self.delay:
                await asyncio.sleep(self.delay)
            await self._speaking.wait()
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError  # one end has closed: so does the other


def to_port(port: int) -> Callable[[], Awaitable[Ends]]:
    """Leads to a port of this machine."""
    return lambda: asyncio.open_connection(LOOPBACK, port)


def to_socket(path: str) -> Callable[[], Awaitable[Ends]]:
    """Leads to a Unix socket."""
    return lambda: asyncio.open_unix_connection(path)
