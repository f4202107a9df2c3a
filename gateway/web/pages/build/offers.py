"""The commands that the one who looks may give a build now, each with the fields of its dialog."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from baton.domain.access import Action
from baton.domain.moves import ENDED, HANDOFFS, ORDER, PHASES, phase_of
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, CommandName, Phase
from baton.domain.waiving import waivable
from gateway.access.caller import Caller
from gateway.web.pages.build.fields import REASON, Field, budgets, hidden, optional_reason, report_fields
from gateway.web.pages.words import role_word, state_word


@dataclass(frozen=True, slots=True)
class Offer:
    """A command. ``name`` is its part of the URL; ``tone`` is ``first``, ``plain`` or ``grave``.

    ``leads`` says that the page of the build in the answer comes next, instead of this one.
    """

    name: str
    label: str
    about: str
    fields: tuple[Field, ...] = ()
    tone: str = "plain"
    done: str = field(default="Done")
    leads: bool = False


def offers(view: BuildView, caller: Caller) -> list[Offer]:
    """Those that ``caller`` may give ``view`` in its state, the likeliest first. One that has ended can be forked."""
    if not caller.grant.sees(view.project_id):
        return []
    over = view.ended or view.current_state in ENDED
    known = _forks(view) if over else _all(view, caller)
    return [offer for allowed, offer in known if caller.grant.may(allowed)]


def _all(view: BuildView, caller: Caller) -> Iterator[tuple[CommandName | Action, Offer]]:
    yield from _decisions(view, caller)
    yield from _reports(view, caller)
    yield from _ways_on(view)
    yield from _waivers(view, caller)
    yield from _forks(view)
    yield from _endings(view)


def _decisions(view: BuildView, caller: Caller) -> Iterator[tuple[CommandName, Offer]]:
    pending = view.pending_approval
    if pending is None or view.parked is not None or caller.actor.kind is not ActorKind.PERSON:
        return
    if pending.approvers and caller.name not in pending.approvers:
        return
    where, believed = state_word(pending.state), _believed(view)
    yield (
        CommandName.APPROVE,
        Offer("approve", "Approve", f"Let the {where} go on.", (believed, optional_reason()), "first", "Approved"),
    )
    about = f"Stop the {where}. The build is parked, and your reason goes to the role that mends it."
    yield CommandName.REFUSE, Offer("refuse", "Refuse", about, (believed, REASON), "grave", "Refused")


def _reports(view: BuildView, caller: Caller) -> Iterator[tuple[CommandName, Offer]]:
    questions = view.open_questions
    if questions and view.parked is None:
        for question in questions:
            answer: tuple[Field, ...] = (
                hidden("question_id", question.id),
                Field("answer", "Answer", "long", required=True),
            )
            yield (
                CommandName.ANSWER,
                Offer("answer", f"Answer {question.id}", question.text, answer, "first", "Answered"),
            )
    if view.waiting_for is None or view.waiting_for.kind != "report" or view.current_role is None:
        return
    role, state = view.current_role, view.current_state
    if not caller.grant.may(CommandName.ADVANCE, playing=role):
        return
    about = f"As {role_word(role)}: {view.next_expectations.task}"
    label = "Take the work" if state in HANDOFFS else f"Report {state_word(state)}"
    fields = (hidden("role", role.value), hidden("completed_state", state.value), *report_fields(phase_of(state)))
    yield CommandName.ADVANCE, Offer("advance", label, about, fields, "first", "Reported")


def _ways_on(view: BuildView) -> Iterator[tuple[CommandName, Offer]]:
    believed = _believed(view)
    running = phase_of(view.current_state) is not None and view.waiting_for is None
    if view.paused:
        yield (
            CommandName.RESUME,
            Offer("resume", "Resume", "Start phases again.", (optional_reason(),), "first", "Resumed"),
        )
    if view.parked is not None or running:
        phase = view.parked.retry_phase if view.parked is not None else Phase(view.current_state.value)
        about = f"Perform {state_word(phase)} again. Your reason is told to the role."
        tone = "first" if view.parked is not None else "plain"
        yield CommandName.REQUEST_RETRY, Offer("request-retry", "Retry", about, (believed, REASON), tone, "Retry begun")
    if earlier := _earlier(view):
        targets = tuple((phase.value, state_word(phase)) for phase in earlier)
        target = Field("target_state", "Back to", "choice", required=True, options=targets, value=earlier[-1].value)
        about = "Return to an earlier phase, and to the commit that it started from."
        yield (
            CommandName.ROLLBACK,
            Offer("rollback", "Roll back", about, (believed, target, REASON), done="Rolled back"),
        )
    if not view.paused and view.parked is None:
        about = "Start no new phase. One that runs goes on to its end."
        yield CommandName.PAUSE, Offer("pause", "Pause", about, (optional_reason(),), done="Paused")
    if limits := budgets(view):
        about = "Raise budgets. A field left empty stays as it is."
        yield CommandName.EXTEND_LIMITS, Offer("extend-limits", "Extend limits", about, (*limits, optional_reason()))


def _waivers(view: BuildView, caller: Caller) -> Iterator[tuple[CommandName, Offer]]:
    allowed = view.terms.waivers
    if caller.actor.kind is not ActorKind.PERSON or (allowed and caller.name not in allowed):
        return
    if known := list(waivable(view)):
        options = tuple((finding.id, f"{finding.id}: {finding.message[:120]}") for finding in known)
        which = Field("finding_id", "Finding", "choice", required=True, options=options, value=options[0][0])
        about = "Let a finding pass: it holds nothing from now on, in later rounds either."
        yield CommandName.WAIVE, Offer("waive", "Waive a finding", about, (which, REASON), done="Waived")


def _forks(view: BuildView) -> Iterator[tuple[Action, Offer]]:
    begun = [phase for phase in PHASES if view.phases[phase].runs and phase in own_phases(view)]
    options = tuple((phase.value, state_word(phase)) for phase in begun)
    fields = (
        Field("phase", "Begin with", "choice", required=True, options=options, value=begun[-1].value),
        Field("build_id", "New build", hint="its ID; may be left empty"),
        Field("profile", "Profile", hint=f"empty: {view.request.profile}"),
        optional_reason(),
    )
    about = "Begin a new build where a phase of this one began last. This one stays as it is."
    yield Action.FORK, Offer("fork", "Fork", about, fields, done="Forked", leads=True)


def own_phases(view: BuildView) -> tuple[Phase, ...]:
    """The phases that the build itself began: what a fork took along of those before was its origin's."""
    origin = view.forked_from
    return PHASES if origin is None else PHASES[PHASES.index(origin.phase) :]


def _endings(view: BuildView) -> Iterator[tuple[CommandName | Action, Offer]]:
    about = "Have Temporal cancel the build. It writes its journal first; its state becomes cancelled."
    yield Action.CANCEL, Offer("cancel", "Cancel build", about, (REASON,), "grave", "Cancelling")
    about = "Give the build up for good. Its workflow fails, and says so."
    yield CommandName.ABANDON, Offer("abandon", "Abandon", about, (_believed(view), REASON), "grave", "Given up")


def _earlier(view: BuildView) -> list[Phase]:
    """The phases that a rollback can return to."""
    origin = view.current_state if view.parked is None else view.parked.from_state
    reached = ORDER.index(origin) + (0 if view.parked is None else 1)
    return [phase for phase in PHASES if ORDER.index(phase.state) < reached]


def _believed(view: BuildView) -> Field:
    return hidden("expected_state", view.current_state.value)
