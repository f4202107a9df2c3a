"""Tests by the names that people and programs give them: `tests/test_a.py::test_b`, `test_b`, `TestX.test_b`."""

import re
from collections.abc import Iterable

_SPACES = re.compile(r"\s+")


class TestIds:
    """The IDs of tests as they stand in JUnit reports (`tests.test_a::test_b[1]`), to be found by other names."""

    __test__ = False  # or pytest would take it for a test class

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids: dict[str, None] = dict.fromkeys(ids)
        self._by_name: dict[str, list[str]] = {}
        for one in self._ids:
            for name in short_names(one):
                self._by_name.setdefault(name, []).append(one)

    def named(self, told: str) -> list[str]:
        """The tests that ``told`` names, parametrized ones all; none when it could be several others."""
        told = _SPACES.sub(" ", told.strip())
        if told in self._ids:
            return [told]
        place, _, name = told.rpartition("::")
        found = self._by_name.get(name, [])
        if place:
            return [one for one in found if _same_place(_dotted(place), one.rpartition("::")[0])]
        if not found and "." in name:  # TestX.test_b, or tests.test_a.test_b
            place, _, name = name.rpartition(".")
            return [one for one in self._by_name.get(name, []) if _same_place(place, one.rpartition("::")[0])]
        return found if len({one.rpartition("::")[0] for one in found}) == 1 else []

    def of_function(self, path: str, name: str) -> list[str]:
        """The runs of the test ``name`` (`TestX.test_b`) of the Python file ``path``."""
        classes, _, function = name.rpartition(".")
        place = ".".join(filter(None, (_dotted(path), classes)))
        return [one for one in self._by_name.get(function, []) if _same_place(place, one.rpartition("::")[0])]

    def titled(self, title: str) -> list[str]:
        """The runs of the test with this title, in a language whose runners write no path."""
        return self._by_name.get(_SPACES.sub(" ", title), [])


def short_names(test_id: str) -> set[str]:
    """The names by which a test may be called without its place: as it is, without parameters, without subtests."""
    name = test_id.rpartition("::")[2]
    return {name, name.split("[", 1)[0], name.split("/", 1)[0]}


def _dotted(path: str) -> str:
    """``tests/test_a.py::TestX`` as JUnit reports have it: ``tests.test_a.TestX``."""
    file, _, rest = path.partition("::")
    module = file.removeprefix("./").removesuffix(".py").replace("/", ".")
    return ".".join(filter(None, (module, rest.replace("::", "."))))


def _same_place(one: str, other: str) -> bool:
    """Whether two names of a module or class are one, when either may begin further up."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
