"""A receiver of webhooks on loopback, which does what its acts say: answers, hangs, drips, floods, hangs up."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from standardwebhooks import Webhook

Act = Callable[["Receiver", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def sequence(self) -> int:
        number: int = self.json["data"]["sequence"]
        return number

    def verified(self, secret: str) -> Any:
        """The body, if its signature holds: judged by the convention's own package."""
        return Webhook(secret).verify(self.body, self.headers)


def reply(status: int, body: bytes = b"", **headers: str) -> Act:
    """Answer; an underscore in a header's name stands for a dash."""

    async def act(_: "Receiver", writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return act


async def hang(receiver: "Receiver", _: asyncio.StreamWriter) -> None:
    """Say nothing for as long as the receiver is there."""
    await receiver.over.wait()


async def drip(receiver: "Receiver", writer: asyncio.StreamWriter) -> None:
    """An answer that never comes to its end, a byte every now and then."""
    for byte in b"HTTP/1.1 200 OK\r\nx-slow: " + b"s" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(receiver.over.wait(), 0.02)
            return


async def flood(receiver: "Receiver", writer: asyncio.StreamWriter) -> None:
    """A failure with a text that has no end."""
    writer.write(b"HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n")
    while not receiver.over.is_set():
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()
        receiver.flooded += 0x10000


async def hang_up(_: "Receiver", __: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""


@dataclass
class Receiver:
    """Answers 204 when it has no act left. Its last act goes on when ``forever``."""

    acts: list[Act] = field(default_factory=list)
    forever: bool = False
    tls: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    flooded: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _at_work: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/hook?key=s3cret"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.over.set()
        self._server.close()
        for task in list(self._at_work):
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        await self._server.wait_closed()

    async def until(self, count: int, *, seconds: float = 20) -> Sequence[Received]:
        """What was received, as soon as it is so many."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
        return self.received

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the end of the receiver
        finally:
            self._at_work.discard(task)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        act = reply(204)
        if self.acts:
            act = self.acts[0] if self.forever and len(self.acts) == 1 else self.acts.pop(0)
        self.received.append(Received(first.split()[1], headers, body, datetime.now(UTC)))
        await act(self, writer)
