"""No more of a request is read than the settings allow."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.problems import Problem


class BodyLimit:
    """Answers 413 to a body of more than ``most`` bytes: at once when it is announced, else when it has come."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced[:20]) > self._most:
            await Problem(413, "content_too_large", self._message()).answer()(scope, receive, send)
            return
        came = 0

        async def count() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most:
                # The only kind of error that passes through what parses bodies.
                raise HTTPException(413, self._message())
            return message

        await self._app(scope, count, send)

    def _message(self) -> str:
        return f"A request may have {self._most:,} bytes. Put large things into the workspace and report their commit"
