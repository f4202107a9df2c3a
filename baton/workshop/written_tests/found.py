"""Tests as they stand in the text of a file, before anybody runs them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

WHOLE_FILE = "(whole file)"


@dataclass(frozen=True, slots=True)
class FoundTest:
    """One test. `name` is `Class.test_it`, or the title that it is given; the second of a name is `name#2`.

    `body` is a digest of what it does, without its name and place. `checks` counts its assertions, `cases` the
    parameters that it is run with (0: not known). `skips` are the ways in which it is skipped, as they are written.
    `said` is what its docstring, its comments and its decorators say.
    """

    path: str
    name: str
    line: int
    body: str
    checks: int
    cases: int
    skips: tuple[str, ...]
    said: str
    source: str

    @property
    def function(self) -> str:
        """The name without the classes that it stands in."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class TestFile:
    """The tests of a file, and the skips that reach further than one test: by class, or by WHOLE_FILE."""

    __test__ = False  # or pytest would take it for a test class

    tests: tuple[FoundTest, ...] = ()
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def digest(text: str) -> str:
    """A short name of a text."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def numbered(names: list[str]) -> list[str]:
    """The names, told apart: the second `it works` becomes `it works#2`."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found
