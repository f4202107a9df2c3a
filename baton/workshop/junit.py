"""What a test run did, read from JUnit XML."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import junitparser
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from baton.workshop._evidence import evidence
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.plain import plain

_MESSAGE = 500
_DETAIL = 4_000
_ID = 300
_FAILURES = 1_000


@dataclass(frozen=True, slots=True)
class TestFailure:
    """One test that failed, or one part of it: `id` is `class::name`, `message` one line or a few."""

    __test__ = False  # or pytest would take it for a test class

    id: str
    message: str
    detail: str


@dataclass(frozen=True, slots=True)
class TestRun:
    """Counts of one run: `tests` = `passed` + `failed` + `errors` + `skipped`.

    A test counts once, by the worst that happened to it. `failures` lists failed tests and errors, the
    first thousand of them.
    """

    __test__ = False

    tests: int
    passed: int
    failed: int
    errors: int
    skipped: int
    duration_seconds: float
    failures: tuple[TestFailure, ...]


def read_junit(source: Path | bytes) -> TestRun:
    """Read a JUnit XML report, counting the test cases themselves and not what the suites say of them.

    Raises EvidenceUnreadable when it is missing, over 16 MiB, not XML, not JUnit, or hostile (entities, a
    document type, external references).
    """
    data = evidence(source, "JUnit report")
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise EvidenceUnreadable(f"the JUnit report is refused as hostile XML: {type(error).__name__}") from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise EvidenceUnreadable(f"the JUnit report is not XML: {str(error)[:200]}") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise EvidenceUnreadable(f"the JUnit report begins with {root.tag[:40]!r}, not with 'testsuites'")
    try:
        return _run(root)
    except (ValueError, TypeError, RecursionError, junitparser.JUnitXmlError) as error:
        raise EvidenceUnreadable(f"the JUnit report is not in JUnit's form: {str(error)[:200]}") from error


def _run(root: Any) -> TestRun:
    counts = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0}
    failures: list[TestFailure] = []
    seconds = 0.0
    for element in root.iter("testcase"):
        case = junitparser.TestCase.fromelem(element)  # type: ignore[no-untyped-call]
        results = list(case.result)
        counts[_worst(results)] += 1
        seconds += _seconds(case.time)
        failures += _failures(case, results)
    return TestRun(
        tests=sum(counts.values()),
        duration_seconds=round(seconds, 3),
        failures=tuple(failures[:_FAILURES]),
        **counts,
    )


def _seconds(time: float | None) -> float:
    return time if time is not None and math.isfinite(time) and time > 0 else 0.0


def _worst(results: Iterable[Any]) -> str:
    kinds = {type(result) for result in results}
    if junitparser.Error in kinds:
        return "errors"
    if junitparser.Failure in kinds:
        return "failed"
    return "skipped" if junitparser.Skipped in kinds else "passed"


def _failures(case: Any, results: Iterable[Any]) -> list[TestFailure]:
    name = plain("::".join(part for part in (case.classname, case.name) if part), _ID) or "(no name)"
    return [
        TestFailure(name, plain(result.message or "", _MESSAGE) or "no message", plain(result.text or "", _DETAIL))
        for result in results
        if isinstance(result, (junitparser.Failure, junitparser.Error))
    ]
