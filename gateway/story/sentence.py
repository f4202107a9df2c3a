"""What a story is made of."""

from dataclasses import dataclass
from enum import StrEnum


class SentenceKind(StrEnum):
    """What a sentence tells."""

    NOW = "now"  # where the build is, and what brought it there
    PAST = "past"  # what happened before
    NEXT = "next"  # what it waits for, and who can move it on
    SPENT = "spent"  # what it has used


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: plain text on one line, and the numbers of the entries that it rests on, at least one.

    ``command`` is the command of ``starter.py`` that does what the sentence speaks of, where there is one.
    """

    kind: SentenceKind
    text: str
    entries: tuple[int, ...]
    command: str | None = None


def sentence_of(said: str) -> str:
    """``said`` with its full stop."""
    return said if said.endswith((".", "!", "?")) else f"{said}."
