"""What dilution is called: one item for each thing by which a commit is checked less than an earlier one was."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """By what a check was weakened."""

    TEST_DELETED = "test-deleted"  # a test that was there is gone, and its body is nowhere else
    TEST_SKIPPED = "test-skipped"  # a test that was run is skipped, expected to fail, or left out by `.only`
    ASSERTIONS_REMOVED = "assertions-removed"  # a test asserts less often than it did
    CASES_REMOVED = "cases-removed"  # a test is run with fewer parameters than it was
    TEST_CONFIG = "test-config"  # settings of the test runner leave tests out, or decide how they are judged
    COVERAGE_CONFIG = "coverage-config"  # settings of coverage leave code out, or ask for less
    LINT_CONFIG = "lint-config"  # settings of a linter or scanner leave rules or files out
    SUPPRESSION = "suppression"  # a comment switches a check off
    NOT_COMPARED = "not-compared"  # a file that matters is too large to be compared


@dataclass(frozen=True, slots=True)
class Diluted:
    """One item. `path` and `name` tell it apart: the same weakening has the same ones in every run.

    `holds` is False for what is only to be told, whatever else is decided about dilution. `was` is the text of
    what is gone, for whoever has to bring it back.
    """

    rule: Rule
    path: str
    name: str
    message: str
    line: int | None = None
    holds: bool = True
    was: str = ""
