"""Trying a token: how often that may be done, and what it opens."""

from fastapi import Request

from gateway.access.caller import Caller
from gateway.web.problems import Problem
from gateway.web.site import Site


async def by_token(site: Site, request: Request, token: str) -> Caller | None:
    """Who holds ``token``; ``None`` when it opens nothing.

    Raises Problem (429) for a token not known yet from an address that has tried too many, and DatabaseUnavailable.
    """
    if not site.tokens.knows(token):
        await refuse_guessing(site, request)
    found = await site.tokens.holder(token)
    if found is None:
        await site.rates.count_guess(address_of(request))
    return found


async def refuse_guessing(site: Site, request: Request) -> None:
    """Raise Problem (429) for an address that has tried too many tokens."""
    rate = await site.rates.guesses(address_of(request))
    if not rate.within:
        raise Problem(
            429,
            "too_many_attempts",
            "Too many tokens were tried from this address that open nothing. Wait a minute",
            headers={"Retry-After": str(rate.seconds)},
        )


async def count(site: Site, request: Request, caller: Caller) -> None:
    """Count a request of ``caller``. Raises Problem (429)."""
    request.state.caller_name = caller.name
    rate = await site.rates.count_request(str(caller.token_id))
    told = {"RateLimit-Policy": f'"token";q={rate.most};w=60', "RateLimit": f'"token";r={rate.left};t={rate.seconds}'}
    getattr(request.state, "answer_headers", {}).update(told)
    if not rate.within:
        raise Problem(
            429,
            "too_many_requests",
            f"This token may send {rate.most:,} requests in a minute. Wait {rate.seconds} s",
            headers={"Retry-After": str(rate.seconds)},
        )


def address_of(request: Request) -> str:
    """Where ``request`` comes from."""
    return "unknown" if request.client is None else request.client.host
