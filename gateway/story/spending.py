"""What a build has used."""

from collections.abc import Iterator
from datetime import datetime

from baton.domain.ledger import amount
from baton.domain.vocabulary import LimitName
from gateway.story.course import Course
from gateway.story.sentence import Sentence, SentenceKind, sentence_of
from gateway.story.wording import budget, counted, joined, span

_ALWAYS = (LimitName.PHASE_RUNS, LimitName.REWORK_ROUNDS)


def spending(course: Course, now: datetime) -> Sentence:
    """All that was counted, with what it may come to, and the time it took."""
    view = course.view
    used = joined(list(_counts(course, now)))
    end = view.completed_at or now
    took = span(max(0.0, (end - view.created_at).total_seconds()))
    unpriced = view.ledger.unpriced_reports
    but = f"; the price of {counted(unpriced, 'report')} is not known" if unpriced else ""
    said = f"It used {used} in {took}{but}" if course.over else f"So far it has used {used} in {took}{but}"
    return Sentence(SentenceKind.SPENT, sentence_of(said), tuple(sorted({*course.spent, course.terms})))


def _counts(course: Course, now: datetime) -> Iterator[str]:
    view = course.view
    for name in LimitName:
        used = view.ledger.used(name, since=view.clock_began, now=now)
        if name is LimitName.WALL_CLOCK or not (used or name in _ALWAYS):
            continue
        maximum = view.maximum(name)
        yield budget(name, used) if maximum is None else f"{amount(used)} of {budget(name, maximum)}"
