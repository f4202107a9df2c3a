"""What crosses the wire to and from workflows. Fields are only ever added, with defaults."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from baton.domain.actors import Actor
from baton.domain.forks import Forking
from baton.domain.journal import Entry
from baton.domain.lineage import Lineage
from baton.domain.model import Value
from baton.domain.reports import PhaseReport
from baton.domain.requests import BuildRequest
from baton.domain.steps import PhaseOrder
from baton.domain.view import BuildView, HandoffRecord
from baton.domain.vocabulary import State, Status


class ContinuedBuild(Value):
    """What a build carries into its next run: its view, and where the entries before it are found."""

    view: BuildView
    earlier_run_id: str = Field(description="the run that answers for the entries up to the view's head")


class StartBuild(Value):
    """The input of ``BuildWorkflow.run``."""

    request: BuildRequest
    continued: ContinuedBuild | None = None
    started_by: Actor | None = Field(
        default=None, description="who had it started, where the door knows that for sure; none is Baton itself"
    )
    forking: Forking | None = Field(default=None, description="what it goes on with, when it is forked from a build")


class ForkAsked(Value):
    """The input of the update ``start_fork``: one with the same key, or from the same point, is the same fork."""

    request: BuildRequest
    origin: Lineage
    command_id: str | None = None


class StartAnswer(Value):
    """The answer of the update ``start``: the build that runs under this ID."""

    workflow_id: str
    build_id: str
    first_run_id: str
    state: State
    status: Status

    @classmethod
    def of(cls, view: BuildView) -> Self:
        """The answer that the build of ``view`` is."""
        return cls(
            workflow_id=view.workflow_id,
            build_id=view.build_id,
            first_run_id=view.first_run_id,
            state=view.current_state,
            status=view.status,
        )


class CommandReply(Value):
    """The answer of a command's update."""

    build_id: str
    previous_state: State
    state: State
    status: Status
    sequence: int = Field(description="of the last entry that the command caused")
    duplicate: bool = Field(default=False, description="the key was known: this command was carried out before")
    message: str = Field(description="where the build is now and what it waits for, for people")


class PageRequest(Value):
    """Ask for entries after ``after``, at most ``limit`` of them."""

    after: int = Field(default=0, ge=0)
    limit: int = Field(default=200, ge=1, le=1000)


class JournalPage(Value):
    """Some of a journal's entries, in order."""

    entries: tuple[Entry, ...]
    more: bool = Field(description="whether entries follow; ask again after the last one")
    first_sequence: int = Field(description="the first entry that this run answers for")
    earlier_run_id: str | None = Field(default=None, description="the run that answers for the entries before it")


class Handoff(Value):
    """A handoff with what was handed over. ``data`` is ``None`` when the run before holds it."""

    record: HandoffRecord
    data: dict[str, Any] | None = None


class HistoryPage(Value):
    """Some of a build's handoffs, in order."""

    handoffs: tuple[Handoff, ...]
    more: bool


class ProfileRequest(Value):
    """The input of the activity ``load_profile``."""

    name: str


class BeginFork(Value):
    """The input of the activity ``begin_fork``: the fork's workspace is made from its origin's commit."""

    request: BuildRequest
    origin: Lineage
    base_commit: str | None = Field(default=None, description="the commit that the origin began with")


class MirrorBatch(Value):
    """The input of the activity ``mirror_journal``: entries in order, without a gap."""

    build_id: str
    workflow_id: str
    first_run_id: str
    entries: tuple[Entry, ...] = Field(min_length=1)


class LadenOrder(PhaseOrder):
    """The input of the activity ``perform_phase`` when entries ride with the order: whoever has the mirror's database
    writes them while the phase is performed.
    """

    journal: MirrorBatch

    @property
    def order(self) -> PhaseOrder:
        """The order alone, which is all that a role sees."""
        return PhaseOrder.model_construct(**{name: getattr(self, name) for name in PhaseOrder.model_fields})


class PhaseAnswer(PhaseReport):
    """The result of the activity ``perform_phase``: the report, and what became of the entries that rode along."""

    journal_written: int | None = Field(
        default=None, description="the entries that rode along are in SQL, up to this sequence"
    )

    @classmethod
    def of(cls, report: PhaseReport, written: int | None = None) -> Self:
        """``report`` with Baton's own word on the entries, whatever the report says of them."""
        return cls.model_validate(report.to_json() | {"journal_written": written})

    @property
    def report(self) -> PhaseReport:
        """The report as it is journaled."""
        return self.model_copy(update={"journal_written": None})


class CheckMirror(Value):
    """The input of ``MirrorCheckWorkflow.run`` and of the activity ``check_mirror``: which builds are compared."""

    projects: tuple[str, ...] | None = Field(default=None, description="of these projects; none is all")
    days: float | None = Field(default=None, description="created in the last days, so many of them; none is all")


class MirrorChecked(Value):
    """What came of a check: numbers of builds, and the first of those that are not as they should be."""

    checked: int
    matching: int
    behind: int = Field(description="with entries that are still on their way, which is no drift")
    drifted: int
    unverifiable: int = Field(description="no longer in Temporal; their own hash chains hold")
    unreadable: int = Field(description="with a history that cannot be decoded")
    differences: int
    builds: tuple[str, ...] = ()
    message: str = Field(description="what was found and what to do, in a sentence")

    @property
    def holds(self) -> bool:
        """Whether nothing was found that is not as it should be."""
        return not (self.drifted or self.unreadable)


class NoticeQueue(Value):
    """What one subscriber is told of one build, or of the mirror: sent in order, one after the other."""

    subscription_id: UUID
    subscription: str = Field(description="its name, for people")
    build_key: UUID | None = Field(description="the build's row in SQL; none for what is told of the mirror")
    build_id: str = Field(description="empty for what is told of the mirror")

    @property
    def about(self) -> str:
        """What it is about, for people."""
        return f"build {self.build_id}" if self.build_id else "the mirror"


class SendNotices(Value):
    """The input of ``NoticeWorkflow.run``: the queue to be emptied, and what the runs before have done of it."""

    queue: NoticeQueue
    delivered: int = 0
    parked: int = 0
    history_events: int | None = Field(
        default=None, description="how long a run's history may become; without it, Temporal says"
    )


class NoticesSent(Value):
    """The result of ``NoticeWorkflow.run``. ``stopped`` when the receiver wants no more."""

    delivered: int
    parked: int
    stopped: bool = False


class PendingNotice(Value):
    """The notice that is to be sent next."""

    delivery_id: UUID
    sequence: int
    event_type: str
    queued_at: datetime


class DeliverNotice(Value):
    """The input of the activity ``deliver_notice``."""

    queue: NoticeQueue
    delivery_id: UUID


class NoticeOutcome(StrEnum):
    """What came of a notice that did not fail."""

    DELIVERED = "delivered"  # the receiver has taken it
    SKIPPED = "skipped"  # nothing to be sent any more: dropped, sent by somebody else, or its subscription is disabled
    GONE = "gone"  # the receiver answered that it wants no more: its subscription is disabled now


class NoticeReceipt(Value):
    """What came of a notice, and the one that follows."""

    outcome: NoticeOutcome
    next: PendingNotice | None = None


class ParkNotice(Value):
    """The input of the activity ``park_notice``: a notice that is given up, and why."""

    queue: NoticeQueue
    delivery_id: UUID
    reason: str
