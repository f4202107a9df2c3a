"""Thresholds and exclusions of coverage in projects of JavaScript and TypeScript."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baton.workshop.dilution.files import Files, is_settings
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.dilution.settings import json_table, number, texts
from baton.workshop.places import surrounds

_Places = Mapping[str, tuple[tuple[str, ...], ...]]
_MEASURES = ("lines", "branches", "functions", "statements")
_IN_CODE = re.compile(rf"\b(?P<name>{'|'.join(_MEASURES)})\s*:\s*(?P<value>\d+(?:\.\d+)?)")
_TABLES: _Places = {"package.json": (("jest", "coverageThreshold", "global"), ("nyc",), ("c8",))}
_EXCLUDING: _Places = {"package.json": (("nyc",), ("c8",))}


def script_coverage_settings(before: Files, after: Files) -> Iterator[Diluted]:
    """Thresholds that were lowered or taken away; in settings that are programs, as far as they are plain numbers."""
    for path in sorted({*before.texts, *after.texts}):
        if not is_settings(path) or path.endswith((".py", ".toml", ".ini", ".cfg")):
            continue
        was, now = _thresholds(path, before.text(path)), _thresholds(path, after.text(path))
        for name, value in was.items():
            if now.get(name, 0) < value:
                message = f"asks for {now.get(name, 0):g} % of {name}; it asked for {value:g} %"
                yield Diluted(Rule.COVERAGE_CONFIG, path, f"threshold.{name}", f"{path}: {message}")
        known = _excluded(path, before.text(path))
        for pattern in _excluded(path, after.text(path)):
            if pattern not in known and not surrounds(pattern):
                message = f"{path}: leaves {pattern!r} out of the measure"
                yield Diluted(Rule.COVERAGE_CONFIG, path, f"exclude:{pattern}", message)


def _thresholds(path: str, text: str | None) -> dict[str, float]:
    if text is None:
        return {}
    if not path.endswith(("json", "rc")):
        return {match["name"]: float(match["value"]) for match in _IN_CODE.finditer(text)}
    found: dict[str, float] = {}
    for table in _tables(path, text, _TABLES):
        for name in _MEASURES:
            if (value := number(table.get(name))) is not None:
                found[name] = value
    return found


def _excluded(path: str, text: str | None) -> list[str]:
    if text is None or not path.endswith(("json", "rc")):
        return []
    return [pattern for table in _tables(path, text, _EXCLUDING) for pattern in texts(table.get("exclude"))]


def _tables(path: str, text: str, where: _Places) -> list[dict[str, Any]]:
    name = path.rpartition("/")[2]
    return [json_table(text, *keys) for keys in where.get(name, ((),))]
