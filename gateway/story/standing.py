"""Where a build is, and since when."""

from datetime import datetime, tzinfo

from baton.domain.moves import phase_of
from baton.domain.vocabulary import EntryKind, Status
from gateway.story.course import Course
from gateway.story.plain import line
from gateway.story.sentence import Sentence, SentenceKind, sentence_of
from gateway.story.wording import joined, moment, ordinal, place, span, the_role

_ENDS = {
    Status.COMPLETE: (EntryKind.BUILD_COMPLETED, "has been complete since"),
    Status.CANCELLED: (EntryKind.BUILD_CANCELLED, "has been cancelled since"),
    Status.FAILED: (EntryKind.BUILD_ABANDONED, "has been given up, and counts as failed, since"),
}
_LONGEST = 600
_WAITS = {"approval": EntryKind.APPROVAL_REQUESTED, "answer": EntryKind.QUESTION_ASKED}


def headline(course: Course, now: datetime, zone: tzinfo) -> Sentence:
    """Where the build is, since when, and what it does there."""
    said, rests = _ended(course, zone) if course.over else _on_its_way(course, now, zone)
    return Sentence(SentenceKind.NOW, sentence_of(f"{line(course.view.build_id)} {said}"), tuple(sorted(rests)))


def _ended(course: Course, zone: tzinfo) -> tuple[str, set[int]]:
    view = course.view
    at = view.completed_at or view.updated_at
    begun = "asked for" if view.forked_from is None else "forked"
    after = f"{moment(at, zone)}, {span((at - view.created_at).total_seconds())} after it was {begun}"
    if (end := view.ended_outside) is not None:
        return f"stopped in {place(view.current_state)} at {after}. {line(end.sentence, _LONGEST)}", {
            1,
            course.here.sequence,
        }
    if view.outcome is None:
        return f"has come to complete at {after}", {1, course.here.sequence}
    kind, ended = _ENDS[view.outcome]
    return f"{ended} {after}", {1, course.last[kind]}


def _on_its_way(course: Course, now: datetime, zone: tzinfo) -> tuple[str, set[int]]:
    view, here = course.view, course.here
    if view.parked is not None:
        since = _since(view.parked.at, now, zone)
        return f"has stood in error since {since}: it was parked in {place(view.parked.from_state)}", {course.parked}
    said, rests = _doing(course)
    where = place(view.current_state)
    return f"has been in {where} since {_since(here.at, now, zone)}, {said}", {here.sequence, *rests}


def _doing(course: Course) -> tuple[str, set[int]]:
    """What it does where it is, and the entries that say so."""
    view = course.view
    waits = view.waiting_for
    if view.paused:
        return "and is paused", {course.last[EntryKind.PAUSED]}
    if view.compensating:
        undone = joined([pending.phase.value for pending in view.compensating])
        said = f"which does not begin before what {undone} did outside the workspace is undone"
        return said, {view.compensating[0].key}
    assert view.current_role is not None
    role, phase = the_role(view.current_role), phase_of(view.current_state)
    if waits is not None and waits.kind in _WAITS:
        article = "an " if waits.kind[0] in "aeiou" else "a "
        return f"and waits for {article}{waits.kind}", {course.last[_WAITS[waits.kind]]}
    if waits is not None:
        return f"and waits for the report of {role}", set()
    if phase is None:
        return f"and {role} is about to take it", set()
    runs = view.phases[phase].runs
    return f"and {role} is at work on it" + (f", for the {ordinal(runs)} time" if runs > 1 else ""), set()


def _since(at: datetime, now: datetime, zone: tzinfo) -> str:
    return f"{moment(at, zone)} ({span(max(0.0, (now - at).total_seconds()))})"
