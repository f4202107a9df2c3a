"""Forking: what a new build takes along from the journal of another, and whether its terms let it begin there."""

from collections.abc import Iterator, Sequence

from baton.domain.extending import raised
from baton.domain.facts import FACTS, ApprovalExpired, WorkflowStarted
from baton.domain.fold import evolve, fold
from baton.domain.forks import Fork, Forking
from baton.domain.gates import JUDGED, judge
from baton.domain.grounds import Grounds
from baton.domain.journal import Entry
from baton.domain.lineage import Lineage
from baton.domain.moves import HANDOFFS, ORDER, PHASES
from baton.domain.refusals import Refusal
from baton.domain.reports import PhaseReport
from baton.domain.terms import ApprovalTerms, OnDeadline, Terms
from baton.domain.view import BuildView, Feedback, GivenApproval, PhaseRecord
from baton.domain.vocabulary import EntryKind, LimitName, Phase, RefusalCode, State


def fork_of(
    entries: Sequence[Entry],
    phase: Phase,
    *,
    at: int | None = None,
    keep_limits: bool = True,
    extended: dict[LimitName, float | None] | None = None,
) -> Fork:
    """What a fork of the build with this journal goes on with, from where ``phase`` began last, or began at ``at``.

    With ``keep_limits`` its budgets are those that held there, else those of its terms. Raises :class:`Refusal`
    (phase_not_reached).
    """
    sequence = _point(entries, phase, at)
    view, last = fold(entries[:sequence]), fold(entries)
    record = view.phases[phase]
    used = view.ledger.model_copy(update={"phase_runs": view.ledger.phase_runs - 1})
    return Fork(
        origin=Lineage(
            build_id=view.build_id,
            first_run_id=view.first_run_id,
            sequence=sequence,
            hash=view.head.hash,
            phase=phase,
            run=record.runs,
            commit=view.commit,
            ledger=used,
            seconds=max(0.0, (view.updated_at - view.clock_began).total_seconds()),
            extended=extended or {},
        ),
        limits=view.limits if keep_limits else None,
        tree=view.tree,
        base_commit=view.base_commit or last.base_commit,
        completed_phases=tuple(view.completed_phases),
        phases={name: _carried(one, again=name is phase) for name, one in view.phases.items() if one.runs},
        feedback=view.feedback,
        answers=tuple(question for question in view.questions if question.answer is not None),
        approvals=tuple(view.approvals),
        silent=tuple(_silent(entries[:sequence])),
        waivers=tuple(view.waivers),
        rejections=view.rejections,
    )


def begun(order: Forking, terms: Terms) -> Fork:
    """The fork as it begins under ``terms``: with its budgets, and with what its role is told.

    Raises :class:`Refusal` for budgets that cannot be what is asked for.
    """
    fork = order.fork
    limits = fork.limits or terms.limits
    if fork.origin.extended:
        limits = raised(limits, fork.origin.extended)
    return fork.model_copy(update={"limits": limits, "feedback": _told(fork, order.reason)})


def check_terms(view: BuildView, fork: Fork) -> None:
    """Refuse a fork that would be a way around what its own terms ask for before the phase that it begins with."""
    profile, phase = view.terms.profile, fork.origin.phase
    for state in HANDOFFS:
        rule = view.terms.approvals.get(state)
        if rule is None or ORDER.index(state) > ORDER.index(phase.state) or _approved(fork, state, rule):
            continue
        raise Refusal(
            RefusalCode.MOVE_NOT_ALLOWED,
            f"the profile {profile!r} asks for an approval of {state.value}"
            + (f" by {' or '.join(rule.approvers)}" if rule.approvers else "")
            + f", which build {fork.origin.build_id!r} did not have; fork from {_before(state).value} or earlier, or "
            "choose another profile",
        )
    for done in fork.completed_phases:
        record = view.phases[done]
        if done not in JUDGED or record.report is None:
            continue
        report = PhaseReport.model_validate(record.report)
        judgement = judge(done, report, view.terms, record.base_commit, Grounds.of(view))
        if not judgement.passed:
            raise Refusal(
                RefusalCode.MOVE_NOT_ALLOWED,
                f"under the profile {profile!r} the {done.value} of build {fork.origin.build_id!r} would not have "
                f"passed: {judgement.reason}. Fork from {done.value} or earlier, or choose another profile",
            )


def _point(entries: Sequence[Entry], phase: Phase, at: int | None) -> int:
    """The entry with which the run of ``phase`` began that is meant."""
    runs = list(_runs(entries, phase))
    build = fold(entries[:1])
    if not runs:
        raise Refusal(RefusalCode.PHASE_NOT_REACHED, _never(build, phase))
    if at is None:
        return runs[-1]
    if at not in runs:
        raise Refusal(
            RefusalCode.PHASE_NOT_REACHED,
            f"{phase.value} of build {build.build_id!r} did not begin with entry {at}; it began with: "
            f"{', '.join(map(str, runs))}",
        )
    return at


def _never(build: BuildView, phase: Phase) -> str:
    origin = build.forked_from
    if origin is not None and PHASES.index(phase) < PHASES.index(origin.phase):
        return (
            f"build {build.build_id!r} began with {origin.phase.value}, as a fork of {origin.build_id!r}; fork that one"
            f" from {phase.value}"
        )
    return f"build {build.build_id!r} has never been in {phase.value}; fork it from a phase that it has reached"


def _runs(entries: Sequence[Entry], phase: Phase) -> Iterator[int]:
    """The entries with which a run of ``phase`` began, in order."""
    view: BuildView | None = None
    for entry in entries:
        before = 0 if view is None else view.phases[phase].runs
        opens = view is None
        view = evolve(view, entry)
        if view.phases[phase].runs > before and (not opens or view.current_state is phase.state):
            yield entry.sequence


def _carried(record: PhaseRecord, *, again: bool) -> PhaseRecord:
    """What the fork knows of a phase; the one that it begins with has not begun."""
    runs = record.runs - 1 if again else record.runs
    own = {"started_at": None, "completed_at": None} if again else {}
    return record.model_copy(update={"runs": runs, "compensated": runs, **own})


def _silent(entries: Sequence[Entry]) -> Iterator[State]:
    """The handoffs that went on without a word: those of the origin's own origin first."""
    for entry in entries:
        if entry.kind not in (EntryKind.WORKFLOW_STARTED, EntryKind.APPROVAL_EXPIRED):
            continue
        fact = FACTS[entry.kind].model_validate(entry.data)
        if isinstance(fact, WorkflowStarted) and fact.fork is not None:
            yield from fact.fork.silent
        elif isinstance(fact, ApprovalExpired) and fact.outcome is OnDeadline.APPROVE:
            yield fact.state


def _told(fork: Fork, reason: str) -> Feedback | None:
    before = fork.feedback
    if not reason:
        return before
    if before is None:
        return Feedback(from_state=fork.origin.phase.state, reason=reason)
    return before.model_copy(update={"reason": f"{before.reason}\n{reason}"})


def _approved(fork: Fork, state: State, rule: ApprovalTerms) -> bool:
    given: GivenApproval | None = next((one for one in reversed(fork.approvals) if one.state is state), None)
    if given is not None:
        return not rule.approvers or given.by in rule.approvers
    return rule.on_deadline is OnDeadline.APPROVE and state in fork.silent


def _before(handoff: State) -> Phase:
    return next(phase for phase in reversed(PHASES) if ORDER.index(phase.state) < ORDER.index(handoff))
