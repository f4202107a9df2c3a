"""The tests of a file, by its text: for languages that nothing here can parse, and for Python that is broken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from baton.workshop.places import is_go_test, is_python_test, is_script_test
from baton.workshop.written_tests.found import WHOLE_FILE, FoundTest, TestFile, digest, numbered

_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*(?s:.*?)(?:\*/|\Z)|/\*(?s:.*?)\*/", re.MULTILINE)
_COMMENT = re.compile(r"(?://|#)[^\n]*|^\s*\*[^\n]*", re.MULTILINE)
_QUOTED = r"(?P<quote>['\"`])(?P<name>(?:\\.|(?!(?P=quote)).){0,300})(?P=quote)"
_NARROWED = "only"


@dataclass(frozen=True)
class Dialect:
    """How tests look in a language. `begins` has the groups `name` and, where a word says how it is run, `how`."""

    begins: re.Pattern[str]
    ends: re.Pattern[str] | None
    skips: re.Pattern[str]
    checks: re.Pattern[str]
    scopes: re.Pattern[str] | None = None
    above: tuple[str, ...] = ("//",)


_SCRIPT = Dialect(
    begins=re.compile(
        rf"^[ \t]*(?:await\s+)?(?P<how>[xf]?(?:it|test)(?:\.\w+)*)\s*(?:\([^()\n]*\)\s*)?\(\s*{_QUOTED}", re.MULTILINE
    ),
    ends=None,
    skips=re.compile(r"\b(?:skip|todo)\s*:\s*(?!false\b)[^,}\n]+|\b(?:t|this|ctx|context|test)\.(?:skip|todo)\([^\n]*"),
    checks=re.compile(r"\b(?:expect|assert)(?:\.\w+)*\s*\(|\.should\b|\bt\.assert\.\w+\("),
    scopes=re.compile(
        rf"^[ \t]*(?P<how>[xf]?(?:describe|context|suite)(?:\.\w+)*)\s*\(\s*{_QUOTED}(?P<rest>[^\n]*)", re.MULTILINE
    ),
)
_GO = Dialect(
    begins=re.compile(r"^func\s+(?P<name>(?:Test|Fuzz|Example)\w*)\s*\(", re.MULTILINE),
    ends=re.compile(r"^\}", re.MULTILINE),
    skips=re.compile(r"\b\w+\.(?:Skip|Skipf|SkipNow)\([^\n]*"),
    checks=re.compile(r"\b\w+\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(|\b(?:assert|require|is)\.\w+\("),
)
_PYTHON = Dialect(
    begins=re.compile(r"^[ \t]*(?:async\s+)?def\s+(?P<name>test\w*)\s*\(", re.MULTILINE),
    ends=None,
    skips=re.compile(
        r"@[\w.]*(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure)\b[^\n]*|\b\w+\.(?:skip|skipTest|xfail)\([^\n]*"
    ),
    checks=re.compile(r"^\s*assert\b|\bassert\w*\(|\braises\(|\bfail\(", re.MULTILINE),
    above=("#", "@"),
)
_GO_BUILD = re.compile(r"^//go:build[^\n]*", re.MULTILINE)


def text_tests(path: str, text: str) -> TestFile:
    """The tests in `text`; none for a file of a language that is not known here."""
    dialect = _dialect(path)
    if dialect is None:
        return TestFile()
    if dialect is _SCRIPT:  # what is commented out is no test; the lines are kept for their numbers
        text = _BLOCK_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    begun = list(dialect.begins.finditer(text))
    names = numbered([match["name"] for match in begun])
    tests, scopes = [], dict(_scopes(dialect, text))
    for number, match in enumerate(begun):
        start = _with_lines_above(text, match.start(), dialect.above)
        following = (
            _with_lines_above(text, begun[number + 1].start(), dialect.above) if match is not begun[-1] else None
        )
        source = _until_its_end(text[start:following], dialect.ends)
        if (how := _how(match)) and _NARROWED in how:
            scopes.setdefault(WHOLE_FILE, (f"{how}: all other tests of the file are left out",))
        skips = [how] if how and _NARROWED not in how else []
        inside = source.replace(match[0], "", 1)
        told = _COMMENT.findall(source)
        tests.append(
            FoundTest(
                path=path,
                name=names[number],
                line=text.count("\n", 0, match.start()) + 1,
                body=digest(re.sub(r"[\s)};]+$", "", " ".join(_COMMENT.sub("", inside).split()))),
                checks=len(dialect.checks.findall(_COMMENT.sub("", inside))),
                cases=0,
                skips=(*skips, *(skip.strip()[:100] for skip in dialect.skips.findall(_COMMENT.sub("", inside)))),
                said="\n".join(told),
                source=source.strip("\n"),
            )
        )
    return TestFile(tuple(tests), scopes)


def _dialect(path: str) -> Dialect | None:
    if is_python_test(path):
        return _PYTHON
    if is_go_test(path):
        return _GO
    return _SCRIPT if is_script_test(path) else None


def _scopes(dialect: Dialect, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if dialect is _GO and (build := _GO_BUILD.search(text)):
        yield WHOLE_FILE, (build[0].strip(),)
    for match in dialect.scopes.finditer(text) if dialect.scopes else ():
        how, skipped = _how(match), dialect.skips.search(match["rest"])
        if how and _NARROWED in how:
            yield WHOLE_FILE, (f"{how}: all other tests of the file are left out",)
        elif how or skipped:
            yield match["name"], (skipped[0] if skipped else how,)


def _how(match: re.Match[str]) -> str:
    """The word that says a test is not run, or alone: `it.skip`, `xtest`, `fdescribe (only)`."""
    how = match.groupdict().get("how") or ""
    first, *rest = how.split(".")
    if _NARROWED in rest or first.startswith("f"):
        return f"{how} ({_NARROWED})" if first.startswith("f") else how
    return how if first.startswith("x") or {"skip", "todo", "fails", "failing", "skipIf", "runIf"} & set(rest) else ""


def _with_lines_above(text: str, start: int, marks: tuple[str, ...]) -> int:
    """Where a test begins when the comments and decorators directly above it belong to it."""
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].lstrip().startswith(marks):
            return start
        start = above
    return start


def _until_its_end(source: str, ends: re.Pattern[str] | None) -> str:
    found = ends.search(source) if ends else None
    return source[: found.end()] if found else source
