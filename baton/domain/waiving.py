"""``waive``: somebody who may lets a finding pass."""

from collections.abc import Iterator

from baton.domain.commands import Waive
from baton.domain.evidence import Finding
from baton.domain.facts import FindingWaived
from baton.domain.grounds import COMPENSATION, WAIVABLE
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.reports import PhaseReport
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, RefusalCode


def waive(recorder: Recorder, command: Waive) -> None:
    """Carry out ``command``: a waived finding holds nothing, in this and in every later round."""
    view = recorder.view
    _require_approver(view, command)
    known = {finding.id: finding for finding in waivable(view)}
    finding = known.get(command.finding_id)
    if finding is None:
        raise Refusal(
            RefusalCode.NO_SUCH_FINDING,
            f"there is no finding {command.finding_id!r} that can be waived; there are: {', '.join(known) or 'none'}",
        )
    fact = FindingWaived(finding_id=finding.id, message=finding.message[:2000], reason=command.reason)
    recorder.record(fact, command.actor)


def waivable(view: BuildView) -> Iterator[Finding]:
    """The findings that can be waived now: weakened tests and checks, and effects that could not be undone."""
    seen = set(view.waived)
    for record in view.phases.values():
        for finding in PhaseReport.model_validate(record.report or {}).findings:
            if finding.id.startswith(WAIVABLE) and finding.id not in seen:
                seen.add(finding.id)
                yield finding
    for pending in view.compensating[:1]:
        if pending.message:
            yield Finding(id=f"{COMPENSATION}{pending.phase.value}", message=pending.message)


def _require_approver(view: BuildView, command: Waive) -> None:
    allowed = view.terms.waivers
    if allowed and command.actor.id not in allowed:
        raise Refusal(
            RefusalCode.NOT_AN_APPROVER, f"{command.actor.id!r} may not waive findings; {' or '.join(allowed)} may"
        )
    if command.actor.kind is not ActorKind.PERSON:
        raise Refusal(
            RefusalCode.NOT_AN_APPROVER, f"a finding is waived by a person, not by {command.actor.kind.value}"
        )
