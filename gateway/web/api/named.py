"""What requests name in their paths and headers: a build, a project, and the key of a command."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request

from baton.runtime.tracing.spans import mark
from gateway.sources import Source
from gateway.web.callers import WhoCalls
from gateway.web.locating import Located, locate
from gateway.web.site import Here

WorkflowId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        description="the UUID that the start returned, or Temporal's workflow ID: build-<build ID>",
        examples=["build-slugify-1"],
    ),
]

ProjectId = Annotated[
    str,
    Path(min_length=1, max_length=200, pattern=r"^[^/\x00-\x1f\x7f]+$", description="the project", examples=["birds"]),
]

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A key of your own, such as a UUID. The same key twice is the same command: it is carried out "
        "once, and the second gets the first one's answer. A build remembers its last 200 keys.",
        examples=["7d0ad8b2-6c1f-4d8e-9a56-2f3f6f0a2f11"],
    ),
]

From = Annotated[
    Source | None,
    Query(
        description="Where the answer comes from. Without it from Temporal, and of builds that Temporal has forgotten "
        "from SQL; `sql` asks SQL alone, which may be behind: while Temporal is away, say."
    ),
]


async def _meant(request: Request, site: Here, caller: WhoCalls, workflow_id: WorkflowId) -> Located:
    found = await locate(site, caller, workflow_id)
    request.state.build_id = found.build_id
    mark(baton__build_id=found.build_id)
    return found


Build = Annotated[Located, Depends(_meant)]
"""The build that the path names, for those to whom it exists; anybody else gets 404."""
