"""What waits for the one who asks."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from baton.store.browsing import WaitingLine, waiting_lines
from gateway.access.caller import Caller
from gateway.access.waits import waits_for
from gateway.web.api.rows import BuildRow, Listed, notice
from gateway.web.callers import WhoCalls
from gateway.web.site import Here

router = APIRouter(tags=["lists"])


class Inbox(Listed):
    """Builds that wait for the caller, the most urgent first: by deadline, then by how long they wait."""

    items: list[BuildRow]
    total: int = Field(description="how many there are; the items are the first of them")
    more: bool = Field(description="there are more builds that wait than were looked at")


@router.get("/api/inbox", summary="What waits for me")
async def get_inbox(
    site: Here, caller: WhoCalls, limit: Annotated[int, Query(ge=1, le=1000, description="at most so many")] = 100
) -> Inbox:
    """Approvals that the token may give, questions, parked builds that it may decide on, and reports of its role.

    Where a profile names approvers, they alone are asked. What each waits for is in `waiting_what`; the command that
    moves it on is in its status.
    """
    lines, more = await site.sql(waiting_lines, caller.projects)
    mine = [line for line in lines if _is_for(caller, line)]
    items = [BuildRow.of(line.build) for line in mine[:limit]]
    return Inbox(items=items, total=len(mine), more=more, notice=notice(site))


def _is_for(caller: Caller, line: WaitingLine) -> bool:
    return waits_for(caller, line.build.waiting_kind, role=line.build.role, approvers=line.approvers)
