"""What a build waits for, who can move it on and by which command, and what happens when nobody does."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from baton.domain.deadlines import wall_clock_ends
from baton.domain.moves import OWNERS, phase_of
from baton.domain.terms import OnDeadline, OnUnanswered
from baton.domain.view import LIMIT_CODE, Waiting
from baton.domain.vocabulary import EntryKind, LimitName
from gateway.story.course import Course
from gateway.story.plain import line
from gateway.story.sentence import Sentence, SentenceKind, sentence_of
from gateway.story.wording import budget, joined, moment, quoted, span, the_role

_LONGEST = 800


def outlook(course: Course, zone: tzinfo) -> Iterator[Sentence]:
    """What comes next; nothing for a build that has ended."""
    view = course.view
    if course.over:
        return
    if view.waiting_for is None:
        yield _nobody(course)
    else:
        yield from _somebody(course, view.waiting_for, zone)
    ends = wall_clock_ends(view)
    if ends is not None and view.parked is None:
        said = f"Its wall clock runs out at {moment(ends, zone)}; if it has not ended by then, it is parked"
        yield _next(said, {1, course.terms})


def _nobody(course: Course) -> Sentence:
    """A runner is at work, or about to be."""
    view = course.view
    if view.compensating:
        pending = view.compensating[0]
        role = the_role(OWNERS[pending.phase.state])
        return _next(f"Nobody has to do anything: {role} undoes what {pending.phase.value} did", {1, pending.key})
    assert view.current_role is not None
    terms, role = view.terms.role(view.current_role), the_role(view.current_role)
    played = f"Nobody has to do anything: the runner {line(terms.runner, 60)} plays {role}"
    if phase_of(view.current_state) is None:
        return _next(f"{played} and takes the work over", {1, course.here.sequence})
    tries = f"{terms.attempts} attempts of {span(terms.timeout.total_seconds())} at most"
    return _next(f"{played}, in {tries}", {1, course.here.sequence})


def _somebody(course: Course, waits: Waiting, zone: tzinfo) -> Iterator[Sentence]:
    if (raised := _raised(course)) is not None:
        yield raised
        return
    said, rests = _wanted(course, waits)
    yield _next(said, rests, waits.command)
    if waits.deadline is not None:
        yield _next(_passes(course, waits.deadline, zone), rests | {1})


def _raised(course: Course) -> Sentence | None:
    """The way on from a limit that was raised since it parked the build."""
    view = course.view
    if view.parked is None or not view.parked.code.startswith(LIMIT_CODE) or course.terms < course.parked:
        return None
    name = LimitName(view.parked.code.removeprefix(LIMIT_CODE))
    said = (
        f"The limit is {budget(name, view.maximum(name))} by now; a person can request a retry, which goes on with "
        f"{view.parked.retry_phase.value} if that is enough"
    )
    return _next(said, {course.parked, course.terms}, f"starter.py request-retry {view.build_id} --reason WHY")


def _wanted(course: Course, waits: Waiting) -> tuple[str, set[int]]:
    """Who has to do what, and the entries that say so."""
    view = course.view
    match waits.kind:
        case "decision":
            assert view.parked is not None
            return f"A person has to decide. {view.parked.what_next}", {course.parked}
        case "resume":
            return "Somebody has to resume it; until then no phase begins", {course.last[EntryKind.PAUSED]}
        case "approval":
            whoever = joined([line(name, 60) for name in waits.who], "or") or "Any person"
            return f"{whoever} can approve it, or refuse it", {course.last[EntryKind.APPROVAL_REQUESTED]}
        case "answer":
            questions = joined([f"{line(one.id, 40)}, {quoted(one.text)}" for one in view.open_questions])
            return f"Somebody has to answer {questions}", {course.last[EntryKind.QUESTION_ASKED]}
        case _:
            assert view.current_role is not None
            role = the_role(view.current_role)
            said = f"Whoever plays {role} by hand has to report. {view.next_expectations.task}"
            return said, {1, course.here.sequence}


def _passes(course: Course, deadline: datetime, zone: tzinfo) -> str:
    """What happens at the deadline of what it waits for."""
    view = course.view
    if view.pending_approval is not None:
        approves = view.terms.approvals[view.pending_approval.state].on_deadline is OnDeadline.APPROVE
        then = "it counts as approved" if approves else "it counts as refused, and the build is parked"
    else:
        assumes = view.terms.on_unanswered is OnUnanswered.ASSUME
        then = "the role goes on with what is most likely" if assumes else "the build is parked"
    return f"If nobody does by {moment(deadline, zone)}, {then}"


def _next(said: str, rests: set[int], command: str | None = None) -> Sentence:
    return Sentence(SentenceKind.NEXT, sentence_of(line(said, _LONGEST)), tuple(sorted(rests)), command)
