"""What stands around every page: who looks at it, where they are, and whether something is away."""

from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from gateway.access.caller import Caller
from gateway.web.pages.templating import render
from gateway.web.site import Site

THEME = "baton_theme"
_THEMES = frozenset({"light", "dark"})
_TEMPORAL_AWAY = "Temporal does not answer. What you see comes from SQL; commands are not taken until it is back."


def now() -> datetime:
    """The time by which a page counts."""
    return datetime.now(UTC)


def page(
    request: Request,
    site: Site,
    caller: Caller | None,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    notes: tuple[str, ...] = (),
    **context: Any,
) -> HTMLResponse:
    """The page that ``template`` makes of ``context``. ``notes`` are told above it."""
    away = (_TEMPORAL_AWAY,) if caller is not None and site.temporal.away else ()
    theme = request.cookies.get(THEME, "")
    frame: dict[str, Any] = {
        "status": status,
        "caller": caller,
        "theme": theme if theme in _THEMES else "",
        "path": request.url.path,
        "now": now(),
        "notes": (*notes, *away),
        "temporal_away": site.temporal.away is not None,
    }
    return HTMLResponse(render(template, frame | context), status, headers=headers)
