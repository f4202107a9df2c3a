"""Comments that switch a check off, where there were none."""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from baton.workshop.dilution.files import Files, is_code
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.places import surrounds

_CODES = r"(?P<codes>[A-Za-z]+\d+(?:[,\s]+[A-Za-z]+\d+)*)"
_PYTHON = (
    re.compile(rf"#\s*(?P<what>(?:ruff|flake8):\s*noqa)(?::\s*{_CODES})?", re.IGNORECASE),
    re.compile(rf"#\s*(?P<what>noqa)\b(?::\s*{_CODES})?", re.IGNORECASE),
    re.compile(rf"#\s*(?P<what>nosec)\b(?::?\s*{_CODES})?"),
    re.compile(r"#\s*(?P<what>type:\s*ignore)(?:\[(?P<codes>[^\]\n]{0,120})\])?"),
    re.compile(r"#\s*(?P<what>(?:mypy|pyright):\s*ignore(?:-errors)?)(?:\[(?P<codes>[^\]\n]{0,120})\])?"),
    re.compile(r"#\s*(?P<what>pragma:\s*no\s*(?:cover|branch))", re.IGNORECASE),
    re.compile(r"#\s*(?P<what>pylint:\s*(?:disable|skip-file))(?:-next)?(?:=(?P<codes>[\w, -]{0,120}))?"),
)
_SCRIPT = (
    re.compile(r"(?://|/\*)\s*(?P<what>eslint-disable(?:-next-line|-line)?)(?P<codes>[^*\n]{0,120})"),
    re.compile(r"(?://|/\*)\s*(?P<what>@ts-(?:ignore|nocheck|expect-error))"),
    re.compile(r"(?://|/\*)\s*(?P<what>(?:istanbul|c8|v8)\s+ignore|node:coverage\s+(?:ignore|disable))[^*\n]*"),
)
_GO = (
    re.compile(r"//\s*(?P<what>nolint)\b(?::(?P<codes>[\w, -]{0,120}))?"),
    re.compile(rf"//\s*#(?P<what>nosec)\b(?:\s*{_CODES})?"),
)
# Nothing is run there in a test, and everybody leaves these out.
_FREE_OF_COVERAGE = re.compile(
    r"^\s*(?:if __name__ ==|if (?:typing\.)?TYPE_CHECKING|raise NotImplementedError|raise AssertionError|\.\.\.|pass\b"
    r"|except (?:ImportError|ModuleNotFoundError)|@(?:\w+\.)?(?:abstractmethod|overload)|assert_never)"
)
# For everything that stands in the file or on all lines after it: as much as a setting.
_WIDE = re.compile(
    r"^(?:ruff|flake8):|^mypy:\s*ignore-errors|skip-file|^eslint-disable$|^@ts-nocheck|^(?:istanbul|c8|v8)|^node:|^pragma"
)
_SHOWN = 5


@dataclass(frozen=True)
class _Found:
    what: str
    codes: str
    line: int


def suppressions(before: Files, after: Files) -> Iterator[Diluted]:
    """What is switched off more often than before: one item for each file, comment and rule.

    A comment that moved to another file is not new. In tests, and in a commit where nothing was before, one that
    names its rule is only told.
    """
    old = {path: _of(path, text) for path, text in before.texts.items() if is_code(path)}
    new = {path: _of(path, text) for path, text in after.texts.items() if is_code(path)}
    moved = Counter[tuple[str, str]]()
    for path, found in old.items():
        moved += _kinds(found) - _kinds(new.get(path, []))
    for path in sorted(new):
        surplus = _kinds(new[path]) - _kinds(old.get(path, []))
        for kind, count in sorted(surplus.items()):
            from_elsewhere = min(count, moved[kind])
            moved[kind] -= from_elsewhere
            if count > from_elsewhere:
                yield _item(path, kind, count - from_elsewhere, new[path], begun=bool(before.paths))


def _item(path: str, kind: tuple[str, str], count: int, found: list[_Found], *, begun: bool) -> Diluted:
    what, codes = kind
    lines = [one.line for one in found if (one.what, one.codes) == kind]
    told = f"{what} {codes}".strip()
    shown = ", ".join(map(str, lines[:_SHOWN])) + (" …" if len(lines) > _SHOWN else "")
    message = f"{path}: a check is switched off by {told!r}"
    message += f" in line {shown}" if len(lines) == 1 else f", {count} times more than before (lines {shown})"
    wide = bool(_WIDE.search(what)) or not codes
    return Diluted(
        Rule.SUPPRESSION,
        path,
        f"{told} x{count}" if count > 1 else told,
        message,
        lines[-1],
        holds=not surrounds(path) and (begun or wide),
    )


def _kinds(found: list[_Found]) -> Counter[tuple[str, str]]:
    return Counter((one.what, one.codes) for one in found)


def _of(path: str, text: str) -> list[_Found]:
    suffix = PurePosixPath(path).suffix
    if suffix in (".py", ".pyi"):
        return _in_lines(_PYTHON, _python_comments(text))
    return _in_lines(_GO if suffix == ".go" else _SCRIPT, enumerate(text.splitlines(), start=1))


def _in_lines(patterns: tuple[re.Pattern[str], ...], lines: Iterable[tuple[int, str]]) -> list[_Found]:
    found = []
    for number, line in lines:
        for match in _matches(patterns, line[:2000]):
            what = " ".join(match["what"].lower().split())
            if what == "pragma: no cover" and _FREE_OF_COVERAGE.search(line):
                continue
            codes = match.groupdict().get("codes") or ""
            found.append(_Found(what, ",".join(sorted(re.findall(r"[\w@/-]+", codes.partition("--")[0]))), number))
    return found


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    """The lines that have a comment which switches something off; a text that only looks like it is left out."""
    if not any(pattern.search(text) for pattern in _PYTHON):
        return
    lines = text.splitlines()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            number, column = token.start
            if token.type == tokenize.COMMENT and any(pattern.search(token.string) for pattern in _PYTHON):
                code = token.line[:column] if number <= len(lines) else ""
                yield number, f"{code if '#' not in code else ''}{token.string}"
    except (tokenize.TokenError, SyntaxError):
        yield from ((number, line) for number, line in enumerate(lines, start=1) if "#" in line)


def _matches(patterns: tuple[re.Pattern[str], ...], line: str) -> Iterator[re.Match[str]]:
    """The comments in a line that switch something off, none twice."""
    seen = set[int]()
    for pattern in patterns:
        for match in pattern.finditer(line):
            if match.start() not in seen:
                seen.add(match.start())
                yield match
