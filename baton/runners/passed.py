"""What a profile hands on to a role's programs of the worker's environment: which of it is nobody else's business."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

PLACES = frozenset(
    {
        "HOME", "LANG", "LC_ALL", "LOGNAME", "NO_PROXY", "PATH", "SHELL", "SSL_CERT_DIR", "SSL_CERT_FILE", "TERM",
        "TMPDIR", "TZ", "USER",
    }
)  # fmt: skip
"""Variables that only say where things are, and how. Reports are full of such words."""

SHORTEST = 8
"""Characters. In a report, shorter values would be found in words that have nothing to do with them."""


def is_place(name: str) -> bool:
    """Whether the variable only says where things are; proxies are also spelt in lower case."""
    return name.upper() in PLACES


def passed_secrets(options: Iterable[BaseModel], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the worker's variables that ``options`` name in ``env``, in options of options too.

    Those of ``set_env`` are not among them: they stand in the profile, which is a plain file.
    """
    names = {name for name in _all(options) if not is_place(name)}
    values = {environment[name].strip() for name in names if name in environment}
    return tuple(sorted(value for value in values if len(value) >= SHORTEST))


def _named(value: object) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            inner = getattr(value, field)
            if field == "env" and isinstance(inner, tuple | list | set | frozenset):
                yield from (name for name in inner if isinstance(name, str))
            else:
                yield from _named(inner)
    elif isinstance(value, Mapping):
        yield from _all(value.values())
    elif isinstance(value, tuple | list):
        yield from _all(value)


def _all(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield from _named(value)
