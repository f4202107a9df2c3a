"""Texts of a pattern with holes in them, and what fills the holes for one member: names, times, hashes, IDs."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from bench.scale.patterns import BUILD, PROJECT, TITLE, USER

ELAPSED = "stand-in-elapsed"
"""Stands in a document for the seconds from the first entry to the last."""

NAMES = (BUILD, PROJECT, USER, TITLE)
FORMS = ("entry", "json", "column")
"""How a time is written: in an entry that is hashed, in a document, in a column."""

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?(?:Z|\+00:00)"


class Text:
    """A text whose holes are filled with the values at these places."""

    def __init__(self, pieces: list[str], places: list[int]) -> None:
        self._text = "%s".join(piece.replace("%", "%%") for piece in pieces)
        self._taken: Callable[[list[Any]], Any] = itemgetter(*places) if places else lambda _: ()

    def of(self, values: list[Any]) -> str:
        """The text for one member."""
        filled: str = self._text % self._taken(values)
        return filled


class Places:
    """Which place among a member's values fills a hole: first the names, then the times, then whatever comes.

    ``hashes`` are those of the pattern's entries, which stand in ``documents``.
    """

    def __init__(self, origin: datetime, documents: Any, hashes: Iterable[str]) -> None:
        told = json.dumps(documents, default=lambda value: value.isoformat() if isinstance(value, datetime) else "")
        self._origin = origin
        self.offsets = sorted({self._offset(found) for found in re.findall(_TIME, told)})
        self._known: dict[str, int] = {}
        for name in (*NAMES, f'"{ELAPSED}"'):
            self.new(name)
        for offset in self.offsets:
            for form in FORMS:
                self.new(f"{form} {offset}")
        marks = "|".join(map(re.escape, (*NAMES, f'"{ELAPSED}"', *hashes)))
        self._marks = re.compile(f"({_TIME}|{marks})")

    def __len__(self) -> int:
        return len(self._known)

    def new(self, mark: str) -> int:
        """The next place, for ``mark``."""
        return self._known.setdefault(mark, len(self._known))

    def time(self, moment: datetime) -> int:
        """The place of a time in a column."""
        return self._known[f"column {moment - self._origin}"]

    def text(self, text: str, *, escaped: bool = False) -> Text | None:
        """``text`` with holes for all that a member has of its own; ``None`` when there is nothing of that in it.

        ``escaped`` is for ``COPY``, which reads backslashes.
        """
        parts = self._marks.split(text)
        if len(parts) == 1:
            return None
        pieces = [piece.replace("\\", r"\\") if escaped else piece for piece in parts[::2]]
        return Text(pieces, [self._place(mark) for mark in parts[1::2]])

    def _place(self, mark: str) -> int:
        if mark in self._known:
            return self._known[mark]
        form = "json" if mark.endswith("Z") else "entry"
        return self._known[f"{form} {self._offset(mark)}"]

    def _offset(self, time: str) -> timedelta:
        return datetime.fromisoformat(time) - self._origin
