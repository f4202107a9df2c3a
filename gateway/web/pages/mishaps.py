"""What people see of an error: the same look, what happened, and what to do next."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from gateway.web.pages.frame import page
from gateway.web.problems import Problem
from gateway.web.site import site_of

_TITLES = {
    400: "This cannot be read",
    401: "Log in first",
    403: "Not for you",
    404: "Nothing here",
    422: "This cannot be used",
    429: "Too fast",
    503: "Away for a moment",
}


def mishap(request: Request, problem: Problem) -> Response:
    """The page of ``problem``; who has to log in first is led there, and back."""
    if problem.status == 401 and request.method in ("GET", "HEAD"):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
    return page(
        request,
        site_of(request),
        None,
        "problem.html",
        status=problem.status,
        headers=problem.headers,
        title=_TITLES.get(problem.status, problem.details.title),
        detail=problem.detail,
        code=problem.code,
        again=5 if problem.status in (429, 503) else None,
    )
