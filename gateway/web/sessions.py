"""Sessions of people in browsers: a token is exchanged for a cookie that opens the same doors and dies with it.

Nothing is kept of a session. Its cookie names the token and is signed with a key of the gateway and the token's hash:
the key alone, or the database alone, makes no cookie.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import Request, Response

from baton.store.tokens import TokenRecord
from gateway.access.caller import Caller
from gateway.web import origins
from gateway.web.letting_in import address_of, by_token, refuse_guessing
from gateway.web.site import Site

COOKIE = "baton_session"
LASTS = timedelta(days=7)

_COOKIE = re.compile(r"([0-9a-f]{32})\.([0-9]{1,12})\.([0-9a-f]{64})")


async def begin(site: Site, request: Request, response: Response, token: str) -> Caller | None:
    """Begin a session of who holds ``token``, in ``response``; ``None`` when it opens nothing.

    Raises Problem (403, 429) and DatabaseUnavailable.
    """
    origins.refuse_other_sites(request, site.settings.public_url)
    caller = await by_token(site, request, token)
    known = None if caller is None or caller.token_id is None else await site.tokens.holder_of(caller.token_id)
    if known is None:
        return None
    caller, record = known
    now = datetime.now(UTC)
    ends = min(now + LASTS, record.expires_at or datetime.max.replace(tzinfo=UTC))
    response.set_cookie(
        COOKIE,
        _written(site, record, int(ends.timestamp())),
        max_age=max(0, int((ends - now).total_seconds())),
        httponly=True,
        secure=_encrypted(site, request),
        samesite="lax",  # a link in somebody's mail opens the page; what changes something is guarded by origins.py
    )
    return caller


def end(site: Site, request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(COOKIE, httponly=True, secure=_encrypted(site, request), samesite="lax")


async def holder(site: Site, request: Request) -> Caller | None:
    """Whose session ``request`` belongs to; ``None`` without a session that holds.

    Raises Problem (429) and DatabaseUnavailable.
    """
    parts = _COOKIE.fullmatch(request.cookies.get(COOKIE, ""))
    if parts is None or int(parts[2]) <= datetime.now(UTC).timestamp():
        return None
    if not site.tokens.knows(UUID(parts[1])):
        await refuse_guessing(site, request)
    known = await site.tokens.holder_of(UUID(parts[1]))
    if known is None:
        await site.rates.count_guess(address_of(request))
        return None
    caller, record = known
    return caller if hmac.compare_digest(parts[0], _written(site, record, int(parts[2]))) else None


def _written(site: Site, record: TokenRecord, ends: int) -> str:
    what = f"{record.id.hex}.{ends}"
    key = hmac.digest(site.session_key, record.token_hash.encode(), hashlib.sha256)
    return f"{what}.{hmac.digest(key, what.encode(), hashlib.sha256).hex()}"


def _encrypted(site: Site, request: Request) -> bool:
    return request.url.scheme == "https" or (site.settings.public_url or "").startswith("https:")
