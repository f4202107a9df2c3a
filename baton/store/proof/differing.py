"""In what a row differs from the row that a journal makes: named to the column, and inside JSON to the key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from baton.domain.jsonvalue import canonical

_MOST_SHOWN = 60


class DifferenceKind(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"  # the journal makes it, and it is not there
    EXTRA = "extra"  # it is there, and the journal does not make it
    CHANGED = "changed"  # a column holds something else
    UNCHAINED = "unchained"  # an entry does not follow the one before it


class _Absent:
    """Stands for a key that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One difference. ``row`` is the row's ID, ``sequence`` that of its entry; ``expected`` and ``found`` stand in
    ``column``, at the ``path`` inside its JSON (``report.findings[0].id``). ``note`` says what no column says.
    """

    kind: DifferenceKind
    table: str
    row: UUID | None
    what: str
    sequence: int | None = None
    column: str | None = None
    path: str = ""
    expected: Any = None
    found: Any = None
    note: str = ""

    def __str__(self) -> str:
        if self.note:
            return f"{self.what} {self.note}"
        if self.kind is DifferenceKind.MISSING:
            return f"{self.what} is missing"
        if self.kind is DifferenceKind.EXTRA:
            return f"{self.what} is not in the journal"
        place = f"{self.column}.{self.path}" if self.path and self.path[0] != "[" else f"{self.column}{self.path}"
        return f"{self.what}: {place} is {_shown(self.found)}, not {_shown(self.expected)}"

    def to_json(self) -> dict[str, Any]:
        """For programs: every field, and ``message``, the sentence for people."""
        return {
            "kind": self.kind.value,
            "table": self.table,
            "row": None if self.row is None else str(self.row),
            "sequence": self.sequence,
            "column": self.column,
            "path": self.path,
            "expected": None if self.expected is ABSENT else self.expected,
            "found": None if self.found is ABSENT else self.found,
            "message": str(self),
        }


@dataclass(frozen=True, slots=True)
class Unlike:
    """Where two values differ first, and what stands there."""

    path: str
    expected: Any
    found: Any


def unlike(expected: Any, found: Any, *, exact: bool = True, within: bool = False, path: str = "") -> Unlike | None:
    """The first place where ``found`` is not ``expected``; ``None`` when they are the same JSON.

    ``exact`` tells 1 from 1.0, as hashes do. ``within`` lets ``found`` lack keys of objects.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = set(found) if within else set(expected) | set(found)
        for key in sorted(keys, key=str):
            inner = f"{path}.{key}" if path else str(key)
            if key not in expected or key not in found:
                return Unlike(inner, expected.get(key, ABSENT), found.get(key, ABSENT))
            if other := unlike(expected[key], found[key], exact=exact, within=within, path=inner):
                return other
        return None
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, pair in enumerate(zip(expected, found, strict=True)):
            if other := unlike(*pair, exact=exact, within=within, path=f"{path}[{index}]"):
                return other
        return None
    return None if _same(expected, found, exact) else Unlike(path, expected, found)


def _same(expected: Any, found: Any, exact: bool) -> bool:
    if not exact and _is_number(expected) and _is_number(found):
        return bool(expected == found)
    if type(expected) is type(found) and isinstance(expected, str | int | None):
        return bool(expected == found)
    try:
        return canonical(expected) == canonical(found)
    except (TypeError, ValueError):  # what JSON cannot carry, such as NaN, is never what a journal makes
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = value.isoformat() if isinstance(value, datetime) else repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
