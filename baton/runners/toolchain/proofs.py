"""Which test proves which acceptance criterion: told by the tests, believed only where they ran and passed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baton.runners.toolchain.brief import Criterion
from baton.runners.toolchain.test_ids import TestIds
from baton.workshop.junit import TestCase
from baton.workshop.places import is_python_test, is_test
from baton.workshop.written_tests.found import FoundTest
from baton.workshop.written_tests.reading import written_tests

_MOST_FILES = 2_000
_MOST_BYTES = 1_000_000
_MOST_IDS = 20
_WORDS = re.compile(r"[A-Za-z]+|\d+")


@dataclass
class Proofs:
    """For each criterion the tests that name it, in the order in which they ran."""

    passed: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)

    @property
    def proven(self) -> dict[str, tuple[str, ...]]:
        """Criterion to tests that passed, the first twenty: only where no test that names it failed."""
        return {name: tuple(ids[:_MOST_IDS]) for name, ids in self.passed.items() if name not in self.failed}

    def criterion_of(self, test_id: str) -> str | None:
        """The first criterion that a test which failed names."""
        return next((name for name, ids in self.failed.items() if test_id in ids), None)


def proofs_of(
    criteria: Sequence[Criterion], cases: Sequence[TestCase], written: Iterable[FoundTest], claims: Mapping[str, Any]
) -> Proofs:
    """What ``cases``, the tests that ran, prove.

    A test names a criterion in its name, in a JUnit property ``criterion``, or in its docstring, comments and
    decorators. What the code writer claims counts only for criteria that no test names.
    """
    outcomes = {case.id: case.outcome for case in cases}
    ids = TestIds(outcomes)
    patterns = {criterion.id: naming(criterion.id) for criterion in criteria}
    named: dict[str, dict[str, None]] = {name: {} for name in patterns}
    for case in cases:
        told = " ".join((case.id, *case.criteria))
        for name, pattern in patterns.items():
            if pattern.search(told):
                named[name][case.id] = None
    for test in written:
        for name, pattern in patterns.items():
            if pattern.search(test.said):
                named[name] |= dict.fromkeys(_runs_of(test, ids))
    for name, told in claims.items():
        if name in named and not named[name]:
            named[name] |= dict.fromkeys(one for claim in _listed(told) for one in ids.named(claim))
    found = Proofs()
    for name, tests in named.items():
        if passed := [one for one in tests if outcomes[one] == "passed"]:
            found.passed[name] = passed
        if failed := [one for one in tests if outcomes[one] in ("failed", "errors")]:
            found.failed[name] = failed
    return found


def naming(criterion: str) -> re.Pattern[str]:
    """What names a criterion: for AC-3 also ``ac_3``, ``AC 03``, ``ac3`` and ``TestAC3``, but not AC-31."""
    parts = _WORDS.findall(criterion) or [re.escape(criterion)]
    joined = "[-_ .]?".join(f"0*{int(part)}" if part.isdigit() else part for part in parts)
    after = r"(?!\d)" if parts[-1].isdigit() else "(?![A-Za-z0-9])"
    # In TestAC3 the criterion begins with its capitals.
    capitals = f"(?<=[a-z])(?-i:{joined.upper()})" if parts[0].isalpha() else "(?!)"
    return re.compile(f"(?:(?<![A-Za-z0-9]){joined}|{capitals}){after}", re.IGNORECASE)


def tests_in(folder: Path) -> list[FoundTest]:
    """The tests that stand in the files of ``folder``; what is too large or too much is left out."""
    found: list[FoundTest] = []
    files = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not is_test(name) or "node_modules" in path.parts or path.is_symlink() or not path.is_file():
            continue
        files += 1
        if files > _MOST_FILES:
            break
        if path.stat().st_size <= _MOST_BYTES:
            found += written_tests(name, path.read_bytes().decode(errors="replace")).tests
    return found


def claims_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says that tests prove, in its ``proofs`` or in its output's."""
    output = report.get("output")
    told = [report.get("proofs"), output.get("proofs") if isinstance(output, dict) else None]
    return {name: value for one in told if isinstance(one, dict) for name, value in one.items()}


def _runs_of(test: FoundTest, ids: TestIds) -> list[str]:
    if is_python_test(test.path):
        return ids.of_function(test.path, test.name.partition("#")[0])
    return ids.titled(test.name.partition("#")[0])


def _listed(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, list | tuple):
        yield from (one for one in told if isinstance(one, str))
