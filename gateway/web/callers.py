"""Who is let in: the token of a request, or none where none is needed."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from baton.domain.access import Action
from baton.domain.vocabulary import CommandName, Role
from gateway.access.caller import Caller, at_the_machine
from gateway.web import letting_in, origins, sessions
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

BEARER = HTTPBearer(auto_error=False, description="A token of `starter.py token create`")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="baton"'}
_NOTHING_SENT = (
    "A token is needed: send `Authorization: Bearer TOKEN`. An administrator makes one: python starter.py token create"
)
_SESSION_ENDED = "The session has ended: log in again"


async def caller(
    request: Request,
    site: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller:
    """Who calls: by a token, else by a session, else who sits at the machine when there are no tokens.

    Raises Problem (401, 403, 429) and DatabaseUnavailable.
    """
    return await let_in(request, site, None if credentials is None else credentials.credentials)


async def let_in(request: Request, site: Site, token: str | None, *, pages: Collection[str] = ()) -> Caller:
    """As :func:`caller`; ``pages`` are origins besides the gateway's own that may use a session."""
    found = await _found(request, site, token, pages)
    await letting_in.count(site, request, found)
    if found.token_id is not None:
        site.tokens.note_use(found.token_id)
    return found


WhoCalls = Annotated[Caller, Depends(caller)]
"""Who calls, as a parameter of a route; whoever has no business here gets 401."""


def require(caller: Caller, action: CommandName | Action, *, playing: Role | None = None) -> None:
    """Raise Problem (403) unless ``caller`` may do ``action``, in the name of ``playing`` where a role is played."""
    if caller.grant.may(action, playing=playing):
        return
    role = caller.grant.role.value
    if playing is not None and caller.grant.agent_role not in (None, playing):
        assert caller.grant.agent_role is not None
        raise Problem(
            403, "forbidden", f"This token plays {caller.grant.agent_role.value} and cannot act as {playing.value}"
        )
    raise Problem(403, "forbidden", f"A token with the role {role!r} does not allow {action.value!r}")


async def _found(request: Request, site: Site, token: str | None, pages: Collection[str]) -> Caller:
    if token is not None:
        found = await letting_in.by_token(site, request, token)
        if found is None:
            raise _unauthorized("The token is unknown, revoked or expired")
        return found
    found = await sessions.holder(site, request)
    if found is None and await site.tokens.needed():
        raise _unauthorized(_SESSION_ENDED if sessions.COOKIE in request.cookies else _NOTHING_SENT)
    origins.refuse_other_sites(request, site.settings.public_url, also=pages)
    if found is None:
        origins.refuse_elsewhere(request)
    return found or at_the_machine(site.local_name)


def _unauthorized(why: str) -> Problem:
    return Problem(401, "unauthorized", why, headers=_CHALLENGE)
