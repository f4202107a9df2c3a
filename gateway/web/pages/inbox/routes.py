"""The inbox: what waits for the one who looks, the most urgent first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from baton.store.browsing import views, waiting_lines
from gateway.web.callers import WhoCalls
from gateway.web.pages.frame import page
from gateway.web.pages.inbox.items import is_for, item
from gateway.web.pages.words import WAITING_WORDS
from gateway.web.site import Here

router = APIRouter(include_in_schema=False)

_ON_A_PAGE = 25
_OTHERS_SHOWN = 50


@router.get("/inbox", response_class=HTMLResponse)
async def inbox(
    request: Request, site: Here, caller: WhoCalls, number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1
) -> HTMLResponse:
    """Approvals, questions, parked builds and work by hand."""
    lines, more = await site.sql(waiting_lines, caller.projects)
    mine = [line for line in lines if is_for(caller, line)]
    others = [line for line in lines if not is_for(caller, line)]
    shown = mine[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]
    found = await site.sql(views, [line.build.build_id for line in shown])
    items = [item(line, found[line.build.build_id], caller) for line in shown if line.build.build_id in found]
    return page(
        request,
        site,
        caller,
        "inbox.html",
        items=items,
        mine=len(mine),
        others=others[:_OTHERS_SHOWN],
        others_count=len(others),
        cut=more,
        number=number,
        older=len(mine) > number * _ON_A_PAGE,
        words=WAITING_WORDS,
    )
