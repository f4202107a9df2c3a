"""No more of a request is read than the settings allow."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.problems import Problem


class BodyLimit:
    """Answers 413 to a body of more than ``most`` bytes: at once when it is announced, else when it has come.

    ``besides`` are other limits, for what lies below a path.
    """

    def __init__(self, app: ASGIApp, most: int, *, besides: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._most = most
        self._besides = {f"{path}/": limit for path, limit in (besides or {}).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((limit for path, limit in self._besides.items() if scope["path"].startswith(path)), self._most)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced[:20]) > most:
            await Problem(413, "content_too_large", _message(most)).answer()(scope, receive, send)
            return
        came = 0

        async def count() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                # The only kind of error that passes through what parses bodies.
                raise HTTPException(413, _message(most))
            return message

        await self._app(scope, count, send)


def _message(most: int) -> str:
    return f"A request may have {most:,} bytes. Put large things into the workspace and report their commit"
