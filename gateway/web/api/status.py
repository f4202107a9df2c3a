"""Where a build is."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from baton.domain.evidence import Finding
from baton.domain.expectations import TASKS
from baton.domain.journal import Head
from baton.domain.ledger import Ledger
from baton.domain.lineage import Lineage
from baton.domain.outside import OutsideEnd
from baton.domain.reports import PhaseReport
from baton.domain.view import (
    BuildView,
    Expectation,
    Feedback,
    GivenApproval,
    HandoffRecord,
    OpenQuestion,
    Parked,
    PendingApproval,
    PendingCompensation,
    PhaseRecord,
    Waiting,
    Waiver,
)
from baton.domain.vocabulary import LimitName, Phase, Role, State, Status
from baton.store.reading import kept_view
from gateway.web.api.documented import problems
from gateway.web.api.named import Build, From
from gateway.web.api.one_build import Sourced, Told, ask
from gateway.web.api.succession import next_role
from gateway.web.callers import WhoCalls
from gateway.web.locating import Located
from gateway.web.site import Here
from gateway.web_ui import shown_repository

router = APIRouter(tags=["builds"])


class BuildStatus(Sourced):
    """Everything that is true of a build now. Its request stands in the first entry of the journal."""

    workflow_id: UUID
    temporal_workflow_id: str = Field(examples=["build-slugify-1"])
    build_id: str = Field(examples=["slugify-1"])
    project_id: str
    user_id: str
    title: str
    profile: str
    repo: str | None = Field(description="without a password")
    ref: str | None
    metadata: dict[str, Any]
    current_state: State
    state_description: str = Field(description="what is to be done in this state")
    current_role: Role | None = Field(description="who acts in it")
    next_role: Role | None = Field(description="who acts after that")
    status: Status
    is_complete: bool
    progress: float = Field(description="percent of the phases that are completed")
    completed_phases: list[Phase]
    handoff_history: list[HandoffRecord]
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    ended_outside: OutsideEnd | None = Field(
        description="how its workflow was ended in Temporal without its journal saying so"
    )
    elapsed_time: float = Field(description="seconds from the start until now, or to the end")
    next_expectations: Expectation = Field(description="who is to act next, and on what")
    waiting_for: Waiting | None = Field(description="whom it waits for, if it does not move by itself")
    commit: str | None
    tree: str | None
    base_commit: str | None = Field(description="the commit that the build began with")
    forked_from: Lineage | None = Field(description="the build that it was forked from, and up to where")
    ledger: Ledger = Field(description="what it has used")
    limits: dict[LimitName, float | None] = Field(description="its budgets; null is no limit; wall_clock in seconds")
    findings: list[Finding] = Field(description="those of the last report, and those that sent the work back")
    feedback: Feedback | None = Field(description="why a phase is to be performed again")
    questions: list[OpenQuestion]
    answer_deadline: datetime | None
    pending_approval: PendingApproval | None
    approvals: list[GivenApproval]
    waivers: list[Waiver]
    paused: bool
    parked: Parked | None = Field(description="why it stands in error, and what a person can do")
    compensating: list[PendingCompensation]
    phases: dict[Phase, PhaseRecord] = Field(description="each with its last report")
    head: Head = Field(description="the last entry of its journal")

    @classmethod
    def of(cls, build: Located, told: Told[BuildView]) -> Self:
        """What ``told`` says of ``build``."""
        view = told.value
        same = {name: getattr(view, name) for name in cls.model_fields.keys() & BuildView.model_fields.keys()}
        request = view.request
        own = {
            "source": told.source,
            "notice": told.notice,
            "workflow_id": build.key,
            "temporal_workflow_id": view.workflow_id,
            "title": request.title,
            "profile": request.profile,
            "repo": None if request.repo is None else shown_repository(request.repo),
            "ref": request.ref,
            "metadata": request.metadata,
            "state_description": TASKS[view.current_state],
            "next_role": next_role(view.current_state),
            "is_complete": view.current_state is State.COMPLETE,
            "limits": {name: view.maximum(name) for name in LimitName},
            "findings": _findings(view),
        }
        return cls.model_validate(same | own)


def _findings(view: BuildView) -> list[Finding]:
    """Those that are open: what sent the work back, or else what the last report told."""
    if view.feedback is not None:
        return view.feedback.findings
    last = max((record for record in view.phases.values() if record.report), key=_when, default=None)
    return [] if last is None else list(PhaseReport.model_validate(last.report).findings)


def _when(record: PhaseRecord) -> float:
    moment = record.completed_at or record.started_at
    return 0.0 if moment is None else moment.timestamp()


@router.get(
    "/api/workflows/{workflow_id}/status",
    summary="Where a build is",
    responses=problems(404),
)
async def get_status(site: Here, _: WhoCalls, build: Build, source: From = None) -> BuildStatus:
    """State, progress, handoffs, what it waits for, what it has used, and what each phase reported last."""
    told = await ask(
        site,
        build,
        source,
        temporal=lambda builds: builds.status(build.build_id),
        sql=lambda engine: kept_view(engine, build.build_id),
    )
    return BuildStatus.of(build, told)
