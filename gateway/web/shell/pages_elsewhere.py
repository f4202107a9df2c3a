"""Pages of other origins that may read the answers of the codec server: Temporal's Web UI, and no other."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.codec.paths import CODEC_PATH

_A_DAY = 86_400


class PagesElsewhere:
    """Tells browsers that pages of ``origins`` may use what lies below :data:`CODEC_PATH`; of nothing else."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,
            max_age=_A_DAY,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(f"{CODEC_PATH}/")
        await (self._shared if ours else self._app)(scope, receive, send)
