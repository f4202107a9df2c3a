"""The runners that are installed, found by name through the entry-point group ``baton.runners``."""

import difflib
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from baton.runners.base import RunnerType

GROUP = "baton.runners"


class UnknownRunner(Exception):
    """No runner of that name is installed, or it cannot be loaded."""


class Registry:
    """Runner types by name. A name that two packages offer is refused when it is asked for."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._values: dict[str, dict[str, EntryPoint]] = {}
        for point in points:
            self._values.setdefault(point.name, {})[point.value] = point

    @classmethod
    def installed(cls) -> "Registry":
        """The runners of all installed packages."""
        return cls(entry_points(group=GROUP))

    def names(self) -> list[str]:
        """The names there are, sorted."""
        return sorted(self._values)

    def find(self, name: str) -> RunnerType:
        """The runner type of this name. Raises :class:`UnknownRunner`."""
        found = self._values.get(name)
        if found is None:
            raise UnknownRunner(f"no runner {name!r} is installed{_meant(name, self.names())}")
        if len(found) > 1:
            raise UnknownRunner(f"two packages offer a runner {name!r}: {', '.join(sorted(found))}; remove one")
        (point,) = found.values()
        try:
            return cast("RunnerType", point.load())
        except (ImportError, AttributeError) as error:
            raise UnknownRunner(f"the runner {name!r} ({point.value}) cannot be loaded: {error}") from error


def _meant(name: str, names: list[str]) -> str:
    if not names:
        return "; there is none at all: is Baton itself installed (pip install -e .)?"
    near = difflib.get_close_matches(name, names, n=1)
    return (f"; did you mean {near[0]!r}?" if near else "") + f" (installed: {', '.join(names)})"
