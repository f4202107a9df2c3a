"""The base of every value in the domain, and how a bad one is told."""

from pydantic import BaseModel, ConfigDict, ValidationError

_MAX_PROBLEMS = 5
_MAX_SHOWN = 80


class Value(BaseModel):
    """An immutable value. Unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def describe(error: ValidationError) -> str:
    """What is wrong and where, in one line: ``role: Input should be … (got 'tester')``."""
    parts = []
    for problem in error.errors(include_url=False)[:_MAX_PROBLEMS]:
        where = ".".join(str(step) for step in problem["loc"]) or "message"
        message = problem["msg"].removeprefix("Value error, ")
        given = repr(problem["input"])
        if len(given) > _MAX_SHOWN:
            given = given[: _MAX_SHOWN - 1] + "…"
        parts.append(f"{where}: {message}" + ("" if problem["type"] == "missing" else f" (got {given})"))
    return "; ".join(parts)
