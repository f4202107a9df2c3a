"""What a test run did, read from JUnit XML."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import junitparser

from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.plain import plain
from baton.workshop.xml_evidence import xml_evidence

_MESSAGE = 500
_DETAIL = 4_000
_ID = 300
_FAILURES = 1_000
_CASES = 50_000
# What runners write for a class where they have none.
_NO_CLASS = ("", "test")

Outcome = Literal["passed", "failed", "errors", "skipped"]


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test as it was run: `id` is `class::name`. `criteria` are what its properties named `criterion` say."""

    __test__ = False  # or pytest would take it for a test class

    id: str
    outcome: Outcome
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TestFailure:
    """One test that failed, or one part of it: `id` is `class::name`, `message` one line or a few."""

    __test__ = False

    id: str
    message: str
    detail: str


@dataclass(frozen=True, slots=True)
class TestRun:
    """Counts of one run: `tests` = `passed` + `failed` + `errors` + `skipped`.

    A test counts once, by the worst that happened to it. `failures` lists failed tests and errors, the
    first thousand of them; `cases` all tests, the first fifty thousand.
    """

    __test__ = False

    tests: int
    passed: int
    failed: int
    errors: int
    skipped: int
    duration_seconds: float
    failures: tuple[TestFailure, ...]
    cases: tuple[TestCase, ...] = ()


def read_junit(source: Path | bytes) -> TestRun:
    """Read a JUnit XML report, counting the test cases themselves and not what the suites say of them.

    Where a runner writes no class, the suites around a test take its place. Raises EvidenceUnreadable when it is
    missing, over 16 MiB, not XML, not JUnit, or hostile (entities, a document type, external references).
    """
    root = xml_evidence(source, "JUnit report")
    if root.tag not in ("testsuites", "testsuite"):
        raise EvidenceUnreadable(f"the JUnit report begins with {root.tag[:40]!r}, not with 'testsuites'")
    try:
        return _run(root)
    except (ValueError, TypeError, RecursionError, junitparser.JUnitXmlError) as error:
        raise EvidenceUnreadable(f"the JUnit report is not in JUnit's form: {str(error)[:200]}") from error


def _run(root: Any) -> TestRun:
    counts: dict[Outcome, int] = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0}
    cases: list[TestCase] = []
    failures: list[TestFailure] = []
    seconds = 0.0
    for element, suites in _elements(root):
        case = junitparser.TestCase.fromelem(element)  # type: ignore[no-untyped-call]
        results = list(case.result)
        outcome = _worst(results)
        counts[outcome] += 1
        seconds += _seconds(case.time)
        name = _name(case, suites)
        cases.append(TestCase(name, outcome, tuple(_criteria(element))))
        failures += _failures(name, results)
    return TestRun(
        tests=sum(counts.values()),
        duration_seconds=round(seconds, 3),
        failures=tuple(failures[:_FAILURES]),
        cases=tuple(cases[:_CASES]),
        **counts,
    )


def _elements(root: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The test cases in their order, each with the names of the suites around it."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, suites = waiting.pop()
        if element.tag == "testcase":
            yield element, suites
        elif element.tag in ("testsuites", "testsuite"):
            inner = (*suites, element.get("name") or "") if element.tag == "testsuite" else suites
            waiting += [(child, inner) for child in reversed(list(element))]


def _name(case: Any, suites: tuple[str, ...]) -> str:
    told = case.classname or ""
    if told in _NO_CLASS and any(suites):
        told = " > ".join(filter(None, suites))
    return plain("::".join(part for part in (told, case.name) if part), _ID) or "(no name)"


def _criteria(element: Any) -> Iterator[str]:
    for told in element.iterfind("properties/property"):
        if (told.get("name") or "").lower() in ("criterion", "criteria"):
            yield from (plain(word, 60) for word in (told.get("value") or told.text or "").replace(",", " ").split())


def _seconds(time: float | None) -> float:
    return time if time is not None and math.isfinite(time) and time > 0 else 0.0


def _worst(results: Iterable[Any]) -> Outcome:
    kinds = {type(result) for result in results}
    if junitparser.Error in kinds:
        return "errors"
    if junitparser.Failure in kinds:
        return "failed"
    return "skipped" if junitparser.Skipped in kinds else "passed"


def _failures(name: str, results: Iterable[Any]) -> list[TestFailure]:
    return [
        TestFailure(name, plain(result.message or "", _MESSAGE) or "no message", plain(result.text or "", _DETAIL))
        for result in results
        if isinstance(result, (junitparser.Failure, junitparser.Error))
    ]
