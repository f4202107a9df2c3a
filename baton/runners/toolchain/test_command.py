"""The command that runs a project's tests: the profile's, or pytest under coverage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from baton.runners.launcher import LaunchOptions
from baton.runners.placeholders import Command, knowing, uses
from baton.runners.toolchain.tool_versions import version_commands

_MODULE = ("{python}", "-m")
_SETTINGS_FILES = ("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".coveragerc")
_OWN_COVERAGE = re.compile(r"^\[(?:tool\.coverage|coverage:)", re.MULTILINE)
_NOT_PRODUCT = "*/tests/*,*/test/*,*/test_*.py,*_test.py,*/conftest.py,*/setup.py,*/noxfile.py"


def _writes_junit(command: tuple[str, ...]) -> tuple[str, ...]:
    if not uses(command, "junit"):
        raise ValueError("a test command writes JUnit XML to '{junit}'; an exit code alone is no evidence")
    return command


TestWords = Annotated[
    tuple[str, ...],
    Field(min_length=1),
    AfterValidator(knowing("junit", "coverage")),
    AfterValidator(_writes_junit),
]


class TestOptions(LaunchOptions):
    """How a project's tests are run.

    ``test`` is the project's test command. It writes JUnit XML to ``{junit}`` and, where coverage is asked for, a
    report that :func:`~baton.workshop.coverage_report.read_coverage` knows to ``{coverage}``. Without it, pytest is
    run under coverage. ``versions`` are commands whose first line says which tools were at work; those of the usual
    programs are asked for without it.
    """

    __test__ = False  # or pytest would take it for a test class

    test: TestWords | None = None
    versions: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class TestPlan:
    """Commands to run one after the other. The first runs the tests: its exit code counts."""

    __test__ = False

    commands: tuple[tuple[str, ...], ...]
    tools: tuple[str, ...]
    modules: tuple[str, ...]
    versions: tuple[tuple[str, ...], ...] = ()


def plan_for(options: TestOptions, folder: Path) -> TestPlan:
    """The commands for the project in ``folder``. Placeholders: junit, coverage, data (coverage's own file)."""
    if options.test is not None:
        return TestPlan((options.test,), (), (), options.versions or version_commands(options.test))
    settings = dict(_settings(folder))
    coverage = [*_MODULE, "coverage", "run", "--branch", "--data-file={data}"]
    # The project's own settings say what its product is; without any, all but the tests is.
    if not any(name == ".coveragerc" or _OWN_COVERAGE.search(text) for name, text in settings.items()):
        # A folder without __init__.py is only searched for code that nobody imports when it is named itself.
        source = "src,." if (folder / "src").is_dir() else "."
        coverage += [f"--source={source}", f"--omit={_NOT_PRODUCT}"]
    pytest = ["-m", "pytest", "--junit-xml={junit}", "--color=no", "-p", "no:cacheprovider"]
    if any("--cov" in text for text in settings.values()):
        pytest.append("--no-cov")  # two measurements at a time disturb each other
    report = (*_MODULE, "coverage", "json", "--quiet", "--data-file={data}", "-o", "{coverage}")
    return TestPlan(((*coverage, *pytest), report), ("pytest", "coverage"), ("pytest", "coverage"), options.versions)


def combine_command() -> tuple[str, ...]:
    """Brings the data of a project that measures in parallel into one file."""
    return (*_MODULE, "coverage", "combine", "--quiet", "--data-file={data}")


def _settings(folder: Path) -> Iterator[tuple[str, str]]:
    for name in _SETTINGS_FILES:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            yield name, path.read_bytes()[:1_000_000].decode(errors="replace")
