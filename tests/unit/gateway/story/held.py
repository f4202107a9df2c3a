"""What must be true of every story, whatever happened to the build."""

from collections.abc import Sequence
from datetime import timedelta

from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.view import BuildView
from baton.domain.vocabulary import State, Status
from gateway.story.sentence import Sentence, SentenceKind
from gateway.story.telling import tell
from gateway.story.wording import place

_ORDER = list(SentenceKind)
_DOES = {
    "decision": "stood in error",
    "resume": "paused",
    "approval": "waits for an approval",
    "answer": "waits for an answer",
    "report": "waits for the report of",
}
_ENDED = {
    Status.COMPLETE: "has been complete",
    Status.CANCELLED: "has been cancelled",
    Status.FAILED: "has been given up",
    None: "has come to complete",
}


def story_of(entries: Sequence[Entry]) -> list[Sentence]:
    """The story an hour after the last entry."""
    return tell(entries, entries[-1].at + timedelta(hours=1))


def text_of(entries: Sequence[Entry]) -> str:
    """Its text, without times, which pass by themselves."""
    return " ".join(sentence.text for sentence in tell(entries, entries[0].at))


def must_hold(entries: Sequence[Entry]) -> list[Sentence]:
    """Check the story of a journal; the story."""
    story, view = story_of(entries), fold(entries)
    kinds = [sentence.kind for sentence in story]
    assert kinds == sorted(kinds, key=_ORDER.index)
    assert kinds.count(SentenceKind.SPENT) == 1
    assert (SentenceKind.NEXT in kinds) is not _is_over(view)
    for sentence in story:
        assert sentence.entries, sentence
        assert list(sentence.entries) == sorted(set(sentence.entries)), sentence
        assert set(sentence.entries) <= set(range(1, len(entries) + 1)), sentence
        assert sentence.text == " ".join(sentence.text.split()), sentence
        assert sentence.text.endswith((".", "!", "?")), sentence
    assert story[0].kind is SentenceKind.NOW
    _agrees(story[0], view)
    commands = [one.command for one in story if one.command]
    if view.waiting_for is None:
        assert commands == []
    elif "The limit is" not in " ".join(one.text for one in story if one.kind is SentenceKind.NEXT):
        assert commands == [view.waiting_for.command]
    return story


def must_matter(entries: Sequence[Entry]) -> None:
    """An entry that a sentence rests on when it is written changed the story: without it, it was another."""
    if len(entries) > 1 and any(entries[-1].sequence in sentence.entries for sentence in story_of(entries)):
        assert text_of(entries) != text_of(entries[:-1]), entries[-1]


def _agrees(now: Sentence, view: BuildView) -> None:
    assert now.text.startswith(f"{view.build_id} ")
    if _is_over(view):
        assert _ENDED[view.outcome] in now.text
        return
    where = view.parked.from_state if view.parked is not None else view.current_state
    assert f" in {place(where)}" in now.text
    if view.waiting_for is not None:
        assert _DOES[view.waiting_for.kind] in now.text
    elif view.compensating:
        assert "is undone" in now.text
    else:
        assert "is at work on it" in now.text or "about to take it" in now.text


def _is_over(view: BuildView) -> bool:
    """The entry that ends a complete build comes right after its last move."""
    return view.ended or view.current_state is State.COMPLETE
