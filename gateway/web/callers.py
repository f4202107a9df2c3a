"""Who is let in: the token of a request, or none where none is needed."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from baton.domain.access import Action
from baton.domain.vocabulary import CommandName, Role
from gateway.access.caller import Caller, at_the_machine
from gateway.web.problems import Problem
from gateway.web.site import Here

_BEARER = HTTPBearer(auto_error=False, description="A token of `starter.py token create`")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="baton"'}


async def caller(
    request: Request,
    site: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """Who calls. Raises Problem (401) and DatabaseUnavailable."""
    if credentials is not None:
        found = await site.tokens.holder(credentials.credentials)
        if found is None:
            raise Problem(401, "unauthorized", "The token is unknown, revoked or expired", headers=_CHALLENGE)
        return found
    if await site.tokens.needed():
        raise Problem(
            401,
            "unauthorized",
            "A token is needed: send `Authorization: Bearer TOKEN`. An administrator makes one: "
            "python starter.py token create",
            headers=_CHALLENGE,
        )
    return at_the_machine(site.local_name)


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
