"""The page of one build, and the parts of it that are fetched when they are opened."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from baton.domain.handing import handed_over
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase
from baton.store.errors import StoreError
from baton.store.forks import ForkLine, forks_of
from gateway.access.caller import Caller
from gateway.errors import BuildNotFound
from gateway.story.telling import tell
from gateway.web.callers import WhoCalls
from gateway.web.pages.build.course import course_of
from gateway.web.pages.build.criteria import judgement
from gateway.web.pages.build.handing import passed
from gateway.web.pages.build.offers import offers
from gateway.web.pages.build.records import records
from gateway.web.pages.build.source import NotOpenYet, Seen, see
from gateway.web.pages.build.spending import by_phase, meters
from gateway.web.pages.build.timeline import ROW, TOP, timeline
from gateway.web.pages.frame import now, page
from gateway.web.pages.steps import steps
from gateway.web.pages.words import state_word
from gateway.web.site import Here, Site

router = APIRouter(include_in_schema=False)

BuildId = Annotated[str, Path(max_length=200)]
Sequence = Annotated[int, Path(ge=1, le=10**9)]
Before = Annotated[int | None, Query(ge=1, le=10**9)]


@router.get("/builds/{build_id}", response_class=HTMLResponse)
async def build(
    request: Request, site: Here, caller: WhoCalls, build_id: BuildId, before: Before = None
) -> HTMLResponse:
    """Everything about a build. ``before`` leads to older entries of its journal."""
    try:
        seen = await see(site, caller, build_id)
    except NotOpenYet as opening:
        return page(request, site, caller, "opening.html", build_id=build_id, detail=opening.message)
    notes = (seen.note,) if seen.note else ()
    forks = await _forks(site, caller, seen.view)
    return page(request, site, caller, "build.html", notes=notes, forks=forks, **_context(site, caller, seen, before))


@router.get("/builds/{build_id}/entries/{sequence}", response_class=HTMLResponse)
async def entry(request: Request, site: Here, caller: WhoCalls, build_id: BuildId, sequence: Sequence) -> Response:
    """One journal entry as it stands."""
    seen = await see(site, caller, build_id)
    found = next((one for one in seen.entries if one.sequence == sequence), None)
    if found is None:
        raise BuildNotFound(f"Build {build_id!r} has no entry {sequence}")
    title = f"Entry {sequence} of {build_id}"
    return page(request, site, caller, "raw.html", title=title, back=_url(seen), value=found.model_dump(mode="json"))


@router.get("/builds/{build_id}/handoffs/{sequence}", response_class=HTMLResponse)
async def handoff(request: Request, site: Here, caller: WhoCalls, build_id: BuildId, sequence: Sequence) -> Response:
    """What the handoff that the entry made handed over."""
    seen = await see(site, caller, build_id)
    found = next((one for one in seen.entries if one.sequence == sequence), None)
    data = None if found is None else handed_over(found)
    if data is None:
        raise BuildNotFound(f"Build {build_id!r} has no handoff {sequence}")
    title = f"Handed over with entry {sequence} of {build_id}"
    return page(request, site, caller, "raw.html", title=title, back=_url(seen), value=data)


async def _forks(site: Site, caller: Caller, view: BuildView) -> list[ForkLine]:
    """The forks of the build that the caller may see; none are told of while SQL is away."""
    try:
        return await site.sql(forks_of, view.build_id, caller.grant.projects)
    except StoreError:
        return []


def _context(site: Site, caller: Caller, seen: Seen, before: int | None) -> dict[str, Any]:
    view, at = seen.view, now()
    course = course_of(seen.entries, view.ended_outside)
    here = course.stays[-1]
    api = f"/api/workflows/{quote(view.workflow_id, safe='')}"
    return {
        "view": view,
        "steps": steps(view.completed_phases, view.current_state, view.status),
        "since": here.begins,
        "offers": offers(view, caller),
        "story": tell(seen.entries, at, end=view.ended_outside),
        "timeline": timeline(course.stays, at),
        "row": ROW,
        "top": TOP,
        "phases": list(Phase),
        "stays": course.stays,
        "judgement": judgement(view, course.told),
        "told": course.told,
        "handoffs": passed(view, seen.entries),
        "meters": meters(view, at),
        "spent": by_phase(course.told),
        "records": records(seen.entries, before),
        "temporal_url": _temporal_url(site, view.workflow_id),
        "stream": f"{api}/stream?after={view.head.sequence}.{view.head.hash[:8]}",
        "api": api,
        "release": _release(view),
        "source": "" if seen.note else "?source=sql",
        "said": f"{view.build_id} is in {state_word(view.current_state)}, {view.status.value.replace('_', ' ')}",
        "deadline": view.waiting_for.deadline if view.waiting_for is not None else None,
    }


def _release(view: BuildView) -> str | None:
    """The name of the archive that was released."""
    report = view.phases[Phase.DEPLOYMENT].report or {}
    output = report.get("output")
    archive = output.get("archive") if isinstance(output, dict) else None
    released = report.get("deployment_successful") is True and isinstance(archive, str)
    return str(archive).rpartition("/")[2] if released else None


def _temporal_url(site: Site, workflow_id: str) -> str | None:
    """Where Temporal's own Web UI shows the workflow, when that is known."""
    base, namespace = site.settings.temporal_ui_url, site.temporal.namespace
    if base is None or namespace is None:
        return None
    return f"{base}/namespaces/{quote(namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"


def _url(seen: Seen) -> str:
    return f"/builds/{seen.view.build_id}"
