"""All that a commit is checked less by than an earlier one was."""

from collections.abc import Iterator

from baton.workshop.dilution.coverage_settings import coverage_settings
from baton.workshop.dilution.files import Files, is_settings
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.dilution.lint_settings import eslint_settings, lint_settings
from baton.workshop.dilution.pytest_settings import pytest_settings
from baton.workshop.dilution.script_settings import script_coverage_settings
from baton.workshop.dilution.suppressions import suppressions
from baton.workshop.dilution.tests import diluted_tests
from baton.workshop.places import is_test

_LOOKS = (
    pytest_settings,
    coverage_settings,
    script_coverage_settings,
    lint_settings,
    eslint_settings,
    suppressions,
)


def tests_diluted(before: Files, after: Files) -> list[Diluted]:
    """What became of the tests alone."""
    return list(diluted_tests(before, after))


def diluted(before: Files, after: Files) -> list[Diluted]:
    """Everything, tests first. Without anything before, the settings of the tools themselves are what was before."""
    found = [*diluted_tests(before, after), *(item for look in _LOOKS for item in look(before, after))]
    return [*found, *_not_compared(before, after)]


def _not_compared(before: Files, after: Files) -> Iterator[Diluted]:
    for path in sorted(before.unread | after.unread):
        message = f"{path}: too large to be compared with what it was"
        yield Diluted(Rule.NOT_COMPARED, path, "size", message, holds=is_test(path) or is_settings(path))
