"""What stands around the app: every answer passes through it, those to errors that nobody foresaw included."""

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from baton.runtime.settings import Settings
from gateway.codec.paths import CODEC_PATH, MOST_BYTES
from gateway.web.metrics import Counting
from gateway.web.shell.access_log import AccessLog
from gateway.web.shell.bodies import BodyLimit
from gateway.web.shell.headers import AnswerHeaders
from gateway.web.shell.pages_elsewhere import PagesElsewhere
from gateway.web.shell.patience import StreamPatience


def surrounded(app: ASGIApp, settings: Settings) -> ASGIApp:
    """``app`` as it is served."""
    limited = BodyLimit(StreamPatience(app), settings.gateway_max_body_bytes, besides={CODEC_PATH: MOST_BYTES})
    inner = AnswerHeaders(PagesElsewhere(limited, settings.codec_pages))
    outer: ASGIApp = AccessLog(Counting(inner))
    if settings.gateway_trusted_proxies is None:
        return outer
    proxies = [proxy.strip() for proxy in settings.gateway_trusted_proxies.split(",")]
    return ProxyHeadersMiddleware(outer, trusted_hosts=proxies)  # type: ignore[arg-type, return-value]
