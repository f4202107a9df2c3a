"""How long a stream waits for a client that takes nothing any more."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = 60.0


class StreamPatience:
    """Ends a stream whose client has taken nothing for ``seconds``; it may come back and go on where it was."""

    def __init__(self, app: ASGIApp, seconds: float = _SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams = False

        async def give(message: Message) -> None:
            nonlocal streams
            if message["type"] == "http.response.start":
                streams = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
            if not streams:
                await send(message)
                return
            async with asyncio.timeout(self._seconds):
                await send(message)

        await self._app(scope, receive, give)
