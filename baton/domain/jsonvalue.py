"""JSON values that survive every store unchanged, and the one way in which they are hashed."""

import json
import math
import re
from typing import Any

MAX_DEPTH = 64
"""How deep a value may be nested. Deeper ones are an attack or an accident."""

_MAX_INTEGER_DIGITS = 300
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotJson(ValueError):
    """A value that JSON, PostgreSQL or Python could not carry unchanged. The message says which and where."""


def clean(value: Any, *, where: str = "value", depth: int = MAX_DEPTH) -> Any:
    """Return ``value`` as plain JSON that reads back the same from history, SQLite and PostgreSQL.

    Whole floats become integers (JSONB does not keep the difference); NUL and lone surrogates become U+FFFD
    (PostgreSQL refuses the one, UTF-8 the other). Raises :class:`NotJson` for anything that is not JSON: NaN,
    infinities, keys that are not text, other types, nesting beyond ``depth``.
    """
    return _clean(value, where, depth)


def _clean(value: Any, where: str, depth: int) -> Any:
    if depth < 0:
        raise NotJson(f"{where} is nested too deep; at most {MAX_DEPTH} levels are taken")
    match value:
        case None | bool():
            return value
        case int():
            return _integer(value, where)
        case float():
            if not math.isfinite(value):
                raise NotJson(f"{where} is {value}, which JSON cannot carry")
            return _integer(int(value), where) if value.is_integer() else value
        case str():
            return clean_text(value)
        case list() | tuple():
            return [_clean(item, f"{where}[{index}]", depth - 1) for index, item in enumerate(value)]
        case dict():
            return {_key(key, where): _clean(item, f"{where}.{key}", depth - 1) for key, item in value.items()}
        case _:
            raise NotJson(f"{where} is a {type(value).__name__}, not a JSON value")


def _integer(value: int, where: str) -> int:
    if abs(value) >= 10**_MAX_INTEGER_DIGITS:
        raise NotJson(f"{where} is an integer of more than {_MAX_INTEGER_DIGITS} digits")
    return int(value)


def clean_text(text: str) -> str:
    """``text`` with NUL and lone surrogates replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise NotJson(f"{where} has the key {key!r}, which is not text")
    return clean_text(key)


def canonical(value: Any) -> bytes:
    """The bytes that are hashed for a cleaned value: UTF-8 JSON, keys sorted, no white space.

    In the spirit of RFC 8785; numbers are written as Python writes them after :func:`clean`.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
