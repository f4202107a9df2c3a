"""The story of a build: why it is where it is, told from its journal alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from baton.domain.journal import Entry
from baton.domain.outside import OutsideEnd
from baton.domain.vocabulary import EntryKind
from gateway.story.beats import Beat, told
from gateway.story.course import Course, course_of
from gateway.story.decisions import APPROVAL
from gateway.story.outlook import outlook
from gateway.story.sentence import Sentence, SentenceKind, sentence_of
from gateway.story.spending import spending
from gateway.story.standing import headline


def tell(entries: Sequence[Entry], now: datetime, zone: tzinfo = UTC, end: OutsideEnd | None = None) -> list[Sentence]:
    """The story that a whole journal tells at the time ``now``; moments are given in ``zone``.

    ``end`` is how the build ended without its journal saying so, if it did.

    First where the build is and what brought it there, then what happened before, then what comes next and who can
    move it on, last what it has used. Raises ``ValueError`` for entries that are no journal of a build.
    """
    course = course_of(entries, zone)
    course.view = course.view.cut_off(end)
    kinds = {entry.sequence: entry.kind for entry in entries}
    beats = [beat for beat in told(course.beats) if _matters(beat, course, kinds[beat.entries[-1]])]
    since = [beat for beat in beats[1:] if beat.entries[-1] >= course.rests_on]
    return [
        headline(course, now, zone),
        *(_sentence(SentenceKind.NOW, beat) for beat in since),
        *(_sentence(SentenceKind.PAST, beat) for beat in beats if beat not in since),
        *outlook(course, zone),
        spending(course, now),
    ]


def _matters(beat: Beat, course: Course, kind: EntryKind) -> bool:
    """Whether it says something of today: a signal refused elsewhere does not, a wait still open is told as such."""
    if kind is EntryKind.COMMAND_REFUSED:
        return beat.entries[-1] > course.here.sequence
    pending = course.view.pending_approval is not None
    return not (pending and beat.opens == APPROVAL and beat.entries[-1] == course.last[EntryKind.APPROVAL_REQUESTED])


def _sentence(kind: SentenceKind, beat: Beat) -> Sentence:
    return Sentence(kind, sentence_of(beat.text), beat.entries)
