"""Placeholders in the commands of a profile, so that no profile needs the path of a machine.

``{python}`` is the Python that runs Baton, ``{examples}`` the folder of Baton's examples; some options know more and
say so. ``{{`` and ``}}`` stand for the braces themselves.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from baton.runners.base import Surroundings
from baton.runners.failures import RunnerMisconfigured

_TOKEN = re.compile(r"\{\{|\}\}|\{([a-z_]+)\}")
EVERYWHERE = ("python", "examples")


def knowing(*names: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A validator of commands that may use ``names`` besides those known everywhere."""
    allowed = (*EVERYWHERE, *names)

    def check(command: tuple[str, ...]) -> tuple[str, ...]:
        for word in command:
            if "\0" in word:
                raise ValueError("a NUL character cannot be part of a command")
            for match in _TOKEN.finditer(word):
                if match[1] and match[1] not in allowed:
                    known = ", ".join(f"{{{name}}}" for name in allowed)
                    raise ValueError(f"unknown placeholder {match[0]!r}; known are {known}; '{{{{' is a plain brace")
        if not command[0].strip():
            raise ValueError("the first word of a command is a program, not empty")
        return command

    return check


Command = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(knowing())]
"""A program and its arguments, as a list: no shell reads them."""


def expand(command: Sequence[str], surroundings: Surroundings, **more: str) -> list[str]:
    """``command`` with its placeholders filled in. Raises RunnerMisconfigured for one that has no value here."""
    values: Mapping[str, str | None] = {
        "python": sys.executable,
        "examples": str(surroundings.examples) if surroundings.examples else None,
        **more,
    }

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        found = values.get(match[1])
        if found is None:
            raise RunnerMisconfigured(
                f"the command {list(command)!r} needs {match[0]}, and this worker has none. "
                "Run the worker from a checkout of Baton, where the examples are"
            )
        return found

    return [_TOKEN.sub(value, word) for word in command]


def uses(command: Sequence[str], name: str) -> bool:
    """Whether ``command`` holds the placeholder ``name``."""
    return any(match[1] == name for word in command for match in _TOKEN.finditer(word))
