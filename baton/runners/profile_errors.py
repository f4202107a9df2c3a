"""Say what is wrong with a profile, and where: file, line, key, what is allowed, and what was probably meant.

::

    ProfileError
     ├─ UnknownProfile   there is no profile of that name
     └─ InvalidProfile   the file is there and cannot be used
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from baton.runners.toml_lines import line_of

_MOST = 8
_SHOWN = 60
_NEAR = 0.5
_MAY_BE_SECRET = frozenset({"set_env", "remote"})

Path = tuple[str | int, ...]


class ProfileError(Exception):
    """Base of both."""


class UnknownProfile(ProfileError):
    """There is no profile of that name; the message lists those there are."""


class InvalidProfile(ProfileError):
    """A profile that cannot be used; the message has one line for each thing that is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the path of keys to it, and what to say."""

    path: Path
    message: str


def invalid(file: str, text: str, problems: Iterable[Problem]) -> InvalidProfile:
    """One error for all ``problems`` of the profile ``file``, in the order of their lines."""
    told = sorted({(line_of(text, problem.path), _key(problem.path), problem.message) for problem in problems})
    lines = [f"{file}:{line}: {key}: {message}" for line, key, message in told[:_MOST]]
    if len(told) > _MOST:
        lines.append(f"… and {len(told) - _MOST} more")
    return InvalidProfile("\n".join(lines))


def problems_in(error: ValidationError, model: type[BaseModel], at: Path = ()) -> list[Problem]:
    """What pydantic found wrong with the table at ``at``, in our words."""
    return [_problem(found, model, at) for found in error.errors(include_url=False)]


def meant(given: str, allowed: Sequence[str]) -> str:
    """``; did you mean …? (allowed: …)``, as far as it can be said."""
    near = difflib.get_close_matches(given, allowed, n=1, cutoff=_NEAR)
    return (f"; did you mean {near[0]!r}?" if near else "") + f" (allowed: {', '.join(allowed) or 'nothing'})"


def _problem(found: Any, model: type[BaseModel], at: Path) -> Problem:
    # Pydantic marks the key of a table, as against its value, by a step of its own.
    where = tuple(step for step in found["loc"] if step != "[key]")
    path = (*at, *where)
    match found["type"]:
        case "extra_forbidden":
            return Problem(path, "unknown key" + meant(str(where[-1]), _keys(model, where[:-1])))
        case "missing":
            return Problem(path, "is missing")
        case "enum":
            allowed = [word.strip(" '") for word in found["ctx"]["expected"].replace(" or ", ", ").split(",")]
            return Problem(path, f"{_show(found['input'])} is not allowed" + meant(str(found["input"]), allowed))
        case _:
            message = found["msg"].removeprefix("Value error, ").removeprefix("Input ")
            shown = isinstance(found["input"], str | int | float) and _MAY_BE_SECRET.isdisjoint(path)
            return Problem(path, f"{message} (got {_show(found['input'])})" if shown else message)


def _keys(model: type[BaseModel], where: Path) -> list[str]:
    """The keys that the table ``where`` of a file of ``model`` may have."""
    here: Any = model
    for step in where:
        if isinstance(here, type) and issubclass(here, BaseModel):
            here = here.model_fields[str(step)].annotation if step in here.model_fields else None
        else:
            here = (get_args(here) or (None,))[-1]
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        here = next((part for part in get_args(here) if isinstance(part, type) and issubclass(part, BaseModel)), None)
    return sorted(here.model_fields) if here is not None else []


def _key(path: Path) -> str:
    return ".".join(str(step) for step in path) or "the file"


def _show(value: Any) -> str:
    told = repr(value)
    return told if len(told) <= _SHOWN else told[: _SHOWN - 1] + "…"
