"""The course of the demo: ask for a build, follow it to its end, and tell what came of it."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from baton.domain.fold import fold
from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase, Status
from baton.runtime.redaction import redacted
from baton.store.compare import differences
from baton.store.reading import counts, journal
from gateway.builds import Builds
from gateway.cli.demo.activity import attempt_under_way
from gateway.cli.demo.audience import Audience, Scene
from gateway.cli.demo.runs import PhaseRun, runs_of
from gateway.cli.exit_codes import CommandFailed
from gateway.embedded.stack import Stack

_REQUEST = Path(__file__).parents[3] / "examples" / "wordcount" / "request.md"
_LOOK_SECONDS = 0.15


@dataclass(frozen=True)
class Outcome:
    """What the demo ends with; the fields of ``demo --json``."""

    build_id: str
    workflow_id: str
    state: str
    rework_rounds: int
    handoffs: int
    events: int
    seconds: float
    archive: str | None
    database_url: str
    mirror_matches_history: bool


@dataclass(frozen=True)
class Ending:
    """The outcome, with what is shown of it besides: the runs, and in what SQL differs from Temporal."""

    outcome: Outcome
    runs: list[PhaseRun]
    deviations: list[str]
    view: BuildView


def the_request() -> BuildRequest:
    """The example's request, under a build ID of its own. Raises CommandFailed outside of a checkout."""
    try:
        text = _REQUEST.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandFailed(
            "example_missing",
            f"The demo's request {str(_REQUEST)!r} cannot be read ({error.strerror}). Run it in a checkout of Baton",
        ) from None
    return BuildRequest(
        build_id=f"wordcount-{uuid.uuid4().hex[:8]}",
        project_id="demo",
        user_id="demo",
        title=text.partition("\n")[0].lstrip("# "),
        requirements=text,
        profile="demo",
    )


async def follow(stack: Stack, build_id: str, audience: Audience, *, seconds: float) -> BuildView:
    """Show the build as SQL tells it, until it has ended or waits for somebody.

    Raises CommandFailed when it does neither within ``seconds``.
    """
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        entries = await asyncio.to_thread(journal, stack.engine, build_id)
        if entries:
            audience.show(Scene(runs_of(entries), await attempt_under_way(stack.client, build_id)))
            view = fold(entries)
            if view.ended or view.waiting_for is not None:
                return view
        await asyncio.sleep(_LOOK_SECONDS)
    raise CommandFailed("timed_out", f"The build {build_id!r} was not complete after {seconds:g} s")


def require_complete(view: BuildView) -> None:
    """Raise CommandFailed, with the reason, unless the build is complete."""
    if view.status is Status.COMPLETE:
        return
    reason = view.parked.message if view.parked is not None else view.next_expectations.task
    state = view.parked.from_state if view.parked is not None else view.current_state
    raise CommandFailed(
        "not_complete", f"The build {view.build_id!r} is not complete: it stands still in {state.value!r}. {reason}"
    )


async def conclude(stack: Stack, builds: Builds, build_id: str, seconds: float) -> Ending:
    """What came of a complete build: asked of Temporal, counted in SQL, and one compared with the other."""
    await builds.result(build_id)
    entries = await builds.journal(build_id)
    deviations = await asyncio.to_thread(differences, stack.engine, entries)
    counted = await asyncio.to_thread(counts, stack.engine, build_id)
    view = await builds.status(build_id)
    deployment = view.phases[Phase.DEPLOYMENT].report or {}
    outcome = Outcome(
        build_id=build_id,
        workflow_id=view.workflow_id,
        state=view.current_state.value,
        rework_rounds=view.ledger.rework_rounds,
        handoffs=counted.handoffs,
        events=counted.events,
        seconds=round(seconds, 1),
        archive=deployment.get("output", {}).get("archive"),
        database_url=redacted(stack.settings.database_url),
        mirror_matches_history=not deviations,
    )
    return Ending(outcome, runs_of(entries), [str(deviation) for deviation in deviations], view)
