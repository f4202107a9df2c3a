"""Read settings out of TOML, INI and JSON that others wrote. What cannot be read says nothing."""

import configparser
import json
import tomllib
from typing import Any


def toml_table(text: str | None, *keys: str) -> dict[str, Any]:
    """The table at `keys`; empty when it is not there."""
    try:
        found: Any = tomllib.loads(text or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return _inner(found, keys)


def json_table(text: str | None, *keys: str) -> dict[str, Any]:
    """The object at `keys`; empty when it is not there."""
    try:
        found: Any = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return _inner(found, keys)


def ini_section(text: str | None, name: str) -> dict[str, Any]:
    """The section `name`; empty when it is not there."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text or "")
    except configparser.Error:
        return {}
    return {key: value or "" for key, value in parser[name].items()} if parser.has_section(name) else {}


def texts(value: Any, *, commas: bool = True) -> tuple[str, ...]:
    """A list of texts, or a text with one on each line or between commas, as texts."""
    if isinstance(value, str):
        lines = value.replace(",", "\n").splitlines() if commas else value.splitlines()
        return tuple(stripped for line in lines if (stripped := line.strip()) and not stripped.startswith("#"))
    if isinstance(value, list):
        return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())
    return ()


def number(value: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, bool):
        return None
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def is_true(value: Any) -> bool:
    """Whether a setting is switched on."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("1", "true", "yes", "on"))


def _inner(found: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
