"""What changed between two commits of a build, as far as its workspace lies on the gateway's machine."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from baton.domain.view import BuildView
from baton.store.reading import kept_view
from baton.workshop.errors import CommitNotFound, GitFailed
from baton.workshop.viewing import history_of
from gateway.home import workspaces_folder
from gateway.web.api.documented import problems
from gateway.web.api.named import Build, From
from gateway.web.api.one_build import ask
from gateway.web.callers import WhoCalls
from gateway.web.locating import Located
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

router = APIRouter(tags=["artifacts"])

MEDIA_TYPE = "text/x-diff"
_MOST_BYTES = 1_000_000

Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class Patch(Response):
    """A patch."""

    media_type = MEDIA_TYPE


@router.get(
    "/api/workflows/{workflow_id}/diff",
    summary="What changed",
    response_class=Patch,
    responses=problems(404)
    | {200: {"description": "A patch of git", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
async def get_diff(
    site: Here,
    _: WhoCalls,
    build: Build,
    old: Annotated[
        Commit | None, Query(alias="from", description="a commit; without it, the one that the build began with")
    ] = None,
    new: Annotated[
        Commit | None, Query(alias="to", description="a commit; without it, the one that the build stands at")
    ] = None,
    handoff: Annotated[
        int | None,
        Query(ge=1, le=10**9, description="number of a handoff in the history: what changed since the one before it"),
    ] = None,
    source: From = None,
) -> Patch:
    """The changes between two commits of a build; a patch of more than 1 MB loses its middle, and says so."""
    if old is None or new is None:
        old, new = await _commits(site, build, source, old, new, handoff)
    history = history_of(workspaces_folder(site.settings), build.build_id)
    if history is None:
        raise Problem(
            404,
            "no_workspace",
            "The build's workspace is not on the gateway's machine. It lies in `workspaces` below the BATON_HOME of "
            "the worker that played its roles",
        )
    try:
        async with site.looks_into_git:
            patch = await history.patch(old, new, limit=_MOST_BYTES)
    except CommitNotFound as error:
        raise Problem(404, "no_such_commit", f"The build's workspace has no such commit: {old} or {new}") from error
    except GitFailed as error:
        raise Problem(503, "git_failed", f"git does not answer: {error}", headers={"Retry-After": "5"}) from error
    return Patch(patch.encode(errors="replace"))


async def _commits(
    site: Site, build: Located, source: From, old: str | None, new: str | None, handoff: int | None
) -> tuple[str, str]:
    told = await ask(
        site,
        build,
        source,
        temporal=lambda builds: builds.status(build.build_id),
        sql=lambda engine: kept_view(engine, build.build_id),
    )
    before, after = _ends(told.value, handoff)
    old, new = old or before, new or after
    if old is None or new is None:
        raise Problem(404, "no_commits", "Nobody has reported a commit there: there is nothing to compare")
    return old, new


def _ends(view: BuildView, handoff: int | None) -> Sequence[str | None]:
    """The commits that the build, or a handoff of it, lies between."""
    if handoff is None:
        return view.base_commit, view.commit
    before = view.base_commit
    for record in view.handoff_history:
        if record.sequence == handoff:
            return before, record.commit
        before = record.commit or before
    raise Problem(404, "no_such_handoff", f"The build has no handoff {handoff}: look at its history")
