"""Where a request comes from: a browser sends what other sites tell it to, and cookies go with it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import Request

from gateway.access.loopback import is_loopback
from gateway.web.problems import Problem

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
_PROXY_HEADERS = ("forwarded", "x-forwarded-for")


def refuse_other_sites(request: Request, public_url: str | None, *, also: Collection[str] = ()) -> None:
    """Raise Problem (403) for a request that changes something and that another site had the browser send.

    ``also`` are origins whose pages may send it.

    Programs send none of the headers that are looked at, and browsers let no page leave them out.
    """
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get("origin") in also:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in _OWN_SITE:
        raise _refused(f"a page of another site sent it (Sec-Fetch-Site: {site[:20]})")
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request, public_url):
        raise _refused(f"a page of another site sent it (Origin: {origin[:100]!r})")


def refuse_elsewhere(request: Request) -> None:
    """Raise Problem (403) unless ``request`` was made at this machine and meant for it: when no token is needed.

    A site elsewhere whose name leads here all at once would else be let in by the browser of who looks at it.
    """
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    if name is None or not is_loopback(name):
        raise _only_here(f"asked for as {name!r}")
    if request.client is None or not is_loopback(request.client.host):
        raise _only_here("asked from elsewhere")
    if any(header in request.headers for header in _PROXY_HEADERS):
        raise _only_here("asked through a proxy")


def _is_own(origin: str, request: Request, public_url: str | None) -> bool:
    own = {request.headers.get("host", "").lower()}
    if public_url is not None:
        own.add(urlsplit(public_url).netloc.lower())
    return urlsplit(origin).netloc.lower() in own - {""}


def _refused(why: str) -> Problem:
    return Problem(403, "other_site", f"The request was refused: {why}. Programs send a token of their own")


def _only_here(how: str) -> Problem:
    return Problem(
        403,
        "only_here",
        f"Without any token the gateway serves this machine alone, under the name localhost, and was {how}. "
        "Make a token: python starter.py token create",
    )
