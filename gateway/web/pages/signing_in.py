"""The way in for people with a browser, and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from gateway.web import origins, sessions
from gateway.web.pages.frame import page
from gateway.web.site import Here

router = APIRouter(include_in_schema=False)

_UNKNOWN = "This token is unknown, revoked or expired."
_Next = Annotated[str, Query(alias="next", max_length=2000)]


@router.get("/login", response_class=HTMLResponse)
async def login_page(request: Request, site: Here, to: _Next = "/") -> Response:
    """The form. Where no token is needed there is nothing to log in to."""
    if not await site.tokens.needed():
        return RedirectResponse("/", 303)
    return page(request, site, None, "login.html", next=_local(to), refusal="")


@router.post("/login", response_class=HTMLResponse)
async def login(
    request: Request,
    site: Here,
    token: Annotated[str, Form(max_length=500)],
    to: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Begin a session, and go on to where the caller wanted."""
    answer = RedirectResponse(_local(to), 303)
    caller = await sessions.begin(site, request, answer, token.strip())
    if caller is None:
        return page(request, site, None, "login.html", status=401, next=_local(to), refusal=_UNKNOWN)
    return answer


@router.post("/logout")
async def logout(request: Request, site: Here) -> Response:
    """End the session."""
    origins.refuse_other_sites(request, site.settings.public_url)
    answer = RedirectResponse("/login", 303)
    sessions.end(site, request, answer)
    return answer


def _local(target: str) -> str:
    """``target`` when it is a page of ours, else the first one: nobody is led elsewhere."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain and "\\" not in target else "/"
