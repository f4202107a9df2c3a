"""What people decided, and what passed because nobody did."""

from baton.domain.facts import (
    ApprovalExpired,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalRequested,
    BuildAbandoned,
    BuildCancelled,
    CommandRefused,
    FindingWaived,
    LimitExtended,
    LimitReached,
    Paused,
    PhaseCompensated,
    Resumed,
    RetryRequested,
    RolledBack,
)
from baton.domain.grounds import COMPENSATION
from baton.domain.journal import Entry
from baton.domain.terms import OnDeadline
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind
from gateway.story.beats import Beat
from gateway.story.plain import line
from gateway.story.wording import because, budget, joined, place, quoted, span, who, words

APPROVAL = "approval"
PAUSE = "pause"


def decided(entry: Entry, did: str, *, again: str = "", routine: bool = False, closes: str = "") -> Beat:
    """A beat of whoever the entry names."""
    named = entry.actor.kind in (ActorKind.PERSON, ActorKind.AGENT)
    return Beat(who(entry.actor), did, (entry.sequence,), named=named, again=again, routine=routine, closes=closes)


def retried(fact: RetryRequested, entry: Entry, view: BuildView) -> Beat:
    undoes = f", once what {view.compensating[0].phase.value} did is undone" if view.compensating else ""
    return decided(entry, f"had {place(fact.to_state)} performed again{undoes}{because(fact.reason)}", routine=True)


def rolled_back(fact: RolledBack, entry: Entry, view: BuildView) -> Beat:
    origin = view.parked.from_state if view.parked is not None else fact.from_state
    undone = joined([phase.value for phase in fact.compensate])
    first = f"; what {undone} did outside the workspace had to be undone first" if undone else ""
    did = f"took the build back from {place(origin)} to {place(fact.to_state)}{because(fact.reason)}{first}"
    return decided(entry, did, again=f"back to {fact.to_state.value}")


def approval_requested(fact: ApprovalRequested, entry: Entry) -> Beat:
    by = joined([line(name, 60) for name in fact.approvers], "or") or "any person"
    return Beat(place(fact.state), f"waited for an approval by {by}", (entry.sequence,), opens=APPROVAL)


def approval_granted(fact: ApprovalGranted, entry: Entry, view: BuildView) -> Beat:
    did = f"approved {place(fact.state)}{_after(view, entry)}{because(fact.reason)}"
    return decided(entry, did, closes=APPROVAL, routine=True)


def approval_refused(fact: ApprovalRefused, entry: Entry, view: BuildView) -> Beat:
    did = f"refused {place(fact.state)}{_after(view, entry)}, and the build was parked{because(fact.reason)}"
    return decided(entry, did, again=f"refused {fact.state.value}", closes=APPROVAL)


def approval_expired(fact: ApprovalExpired, entry: Entry) -> Beat:
    came = {OnDeadline.APPROVE: "which counts as approved", OnDeadline.REFUSE: "and the build was parked"}
    did = f"approved {place(fact.state)} before the deadline, {came[fact.outcome]}"
    return Beat("nobody", did, (entry.sequence,), again=f"expired {fact.state.value}", closes=APPROVAL)


def _after(view: BuildView, entry: Entry) -> str:
    if view.pending_approval is None:
        return ""
    return f" after {span((entry.at - view.pending_approval.requested_at).total_seconds())}"


def paused(fact: Paused, entry: Entry) -> Beat:
    beat = decided(entry, f"paused it{because(fact.reason)}")
    return Beat(beat.who, beat.did, beat.entries, named=beat.named, opens=PAUSE)


def resumed(fact: Resumed, entry: Entry, begun: Beat | None) -> Beat:
    """``begun`` is the beat of the pause that ends."""
    why = because(fact.reason)
    if begun is None:
        return decided(entry, f"resumed it{why}", closes=PAUSE)
    did = f"{begun.did}, and {who(entry.actor)} resumed it{why}"
    return Beat(begun.who, did, (entry.sequence,), named=begun.named, again="paused", closes=PAUSE)


def limit_reached(fact: LimitReached, entry: Entry) -> Beat:
    used = "" if fact.limit.counts_begun else f" ({budget(fact.limit, fact.used)} used)"
    did = f"of {budget(fact.limit, fact.maximum)} was reached{used} before {fact.phase.value}, and the build was parked"
    return Beat("the limit", did, (entry.sequence,), again=f"limit {fact.limit.value}")


def limit_extended(fact: LimitExtended, entry: Entry) -> Beat:
    raised = joined([budget(name, maximum) for name, maximum in fact.limits.items()])
    return decided(entry, f"raised the limit to {raised}{because(fact.reason)}", routine=True)


def command_refused(fact: CommandRefused, entry: Entry) -> Beat:
    did = f"sent {words(fact.command.value)}, which was refused: {line(fact.message, 300)} ({fact.code.value})"
    return decided(entry, did, again=f"refused {fact.command.value} {fact.code.value}")


def waived(fact: FindingWaived, entry: Entry) -> Beat:
    what = f" ({quoted(fact.message)})" if fact.message else ""
    if fact.finding_id.startswith(COMPENSATION):
        phase = line(fact.finding_id.removeprefix(COMPENSATION), 40)
        did = f"answers for it that nothing is left of what {phase} did{what}{because(fact.reason)}"
        return decided(entry, did)
    return decided(entry, f"waived {line(fact.finding_id, 60)}{what}{because(fact.reason)}", again="waived")


def compensated(fact: PhaseCompensated, entry: Entry) -> Beat:
    about = f"what {fact.phase.value} did outside the workspace"
    if fact.succeeded:
        return Beat(about, "was undone", (entry.sequence,), routine=True)
    did = f"could not be undone, and the build was parked: {line(fact.message or 'it gave no reason', 300)}"
    return Beat(about, did, (entry.sequence,), again=f"undoing {fact.phase.value}")


def stopped(fact: BuildCancelled | BuildAbandoned, entry: Entry) -> Beat:
    verb = "cancelled the build" if isinstance(fact, BuildCancelled) else "gave the build up"
    return decided(entry, f"{verb} in {place(fact.from_state)}{because(fact.reason)}")
