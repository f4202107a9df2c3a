"""The first page: all builds, as they move."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from baton.domain.vocabulary import State, Status
from baton.store.browsing import BuildLine, browse, count_by_status
from baton.store.errors import DatabaseUnavailable
from gateway.access.caller import Caller
from gateway.web.callers import WhoCalls
from gateway.web.pages.frame import page
from gateway.web.pages.listing.asked import Asked, AskedFor, place_after
from gateway.web.pages.steps import first_phases, steps
from gateway.web.pages.words import WAITING_WORDS
from gateway.web.site import Here, Site

router = APIRouter(include_in_schema=False)

_ON_A_PAGE = 50


@router.get("/", response_class=HTMLResponse)
async def builds(request: Request, site: Here, caller: WhoCalls, asked: AskedFor) -> HTMLResponse:
    """The list. With the database away it says so, and how a single build is still found."""
    try:
        return await _list(request, site, caller, asked)
    except DatabaseUnavailable:
        return page(request, site, caller, "builds_away.html", status=503, headers={"Retry-After": "5"})


async def _list(request: Request, site: Site, caller: Caller, asked: Asked) -> HTMLResponse:
    wanted = asked.wanted(caller.projects)
    place = asked.place()
    found = await site.sql(browse, wanted, limit=_ON_A_PAGE, after=place)
    counts = await site.sql(count_by_status, caller.projects)
    return page(
        request,
        site,
        caller,
        "builds.html",
        asked=asked,
        builds=found.builds,
        steps_of=_steps,
        counts=[(status, counts[status]) for status in Status if status in counts],
        total=sum(counts.values()),
        older=asked.url(after=place_after(found.builds[-1])) if found.more else None,
        later=place is not None,
        states=list(State),
        waits=WAITING_WORDS,
        stream=asked.stream(),
    )


def _steps(build: BuildLine) -> list[object]:
    return list(steps(first_phases(build.progress), build.state, build.status))
