"""The activities as the workflow sees them: names and types. Their bodies are registered by the workers.

Kept apart from the implementations so that workflow code loads neither SQLAlchemy nor a runner.
"""

from temporalio import activity

from baton.contracts.messages import (
    BeginFork,
    CheckMirror,
    DeliverNotice,
    LadenOrder,
    MirrorBatch,
    MirrorChecked,
    NoticeQueue,
    NoticeReceipt,
    ParkNotice,
    PendingNotice,
    PhaseAnswer,
    ProfileRequest,
)
from baton.domain.attempts import Compensation
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.terms import Terms


@activity.defn(name="load_profile")
async def load_profile(request: ProfileRequest) -> Terms:
    """Read a profile and return the terms in it. Fails for good with ``unknown_profile`` or ``invalid_profile``."""
    raise NotImplementedError


@activity.defn(name="perform_phase")
async def perform_phase(order: PhaseOrder | LadenOrder) -> PhaseAnswer:
    """Have a role perform its phase. Entries may ride with the order (:class:`~baton.contracts.messages.LadenOrder`).

    Failures carry a stable ``type``; see ``baton.contracts.errors``.
    """
    raise NotImplementedError


@activity.defn(name="compensate_phase")
async def compensate_phase(order: CompensationOrder) -> Compensation:
    """Have a role undo what its phase did outside the workspace. One that could not be undone is told, not raised."""
    raise NotImplementedError


@activity.defn(name="begin_fork")
async def begin_fork(order: BeginFork) -> None:
    """Make the workspace of a fork. Fails for good with ``commit_gone`` when nobody has the commit any more."""
    raise NotImplementedError


@activity.defn(name="mirror_journal")
async def mirror_journal(batch: MirrorBatch) -> None:
    """Write entries to the SQL mirror, once however often it is called."""
    raise NotImplementedError


@activity.defn(name="check_mirror")
async def check_mirror(order: CheckMirror) -> MirrorChecked:
    """Compare SQL with Temporal's histories. Fails with ``check_failed``, for another try."""
    raise NotImplementedError


@activity.defn(name="next_notice")
async def next_notice(queue: NoticeQueue) -> PendingNotice | None:
    """The oldest notice of ``queue`` that is to be sent; ``None`` when there is none, or nobody to send it to."""
    raise NotImplementedError


@activity.defn(name="deliver_notice")
async def deliver_notice(order: DeliverNotice) -> NoticeReceipt:
    """Send a notice once. Fails with ``receiver_failed`` or ``notices_unavailable``, for another try."""
    raise NotImplementedError


@activity.defn(name="park_notice")
async def park_notice(order: ParkNotice) -> PendingNotice | None:
    """Give a notice up, visibly; the one that follows."""
    raise NotImplementedError
