"""How a project's tests are run, as far as its files tell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt")
_MOST_BYTES = 1_000_000
_LCOV = '; code=$?; cp "$(dirname "$2")/lcov/lcov.info" "$2"; exit $code'


@dataclass(frozen=True)
class TestCommand:
    """``name`` is for people. Without ``words``, pytest is run under coverage, as Baton does by itself.

    ``network`` says that packages have to be fetched first; ``needs`` are packages and programs it does not go without.
    """

    __test__ = False

    name: str = "pytest under coverage"
    words: tuple[str, ...] = ()
    network: bool = False
    needs: tuple[str, ...] = ()


def find(folder: Path) -> TestCommand | None:
    """The command for the project in ``folder``; ``None`` where its tests are run in a way that is not known here."""
    if any((folder / name).is_file() for name in _PYTHON) or any(folder.glob("tests/test_*.py")):
        return TestCommand()
    if (folder / "package.json").is_file():
        return _of_node(folder)
    if (folder / "go.mod").is_file():
        return _of_go(folder)
    return TestCommand()


def _of_node(folder: Path) -> TestCommand | None:
    package = _object(folder / "package.json")
    script = str(_table(package, "scripts").get("test", ""))
    packages = {*_table(package, "dependencies"), *_table(package, "devDependencies")}
    installing = "npm ci --silent && " if packages else ""
    if "vitest" in script or (not script and "vitest" in packages):
        run = (
            'npx --no-install vitest run --reporter=default --reporter=junit --outputFile.junit="$1" '
            '--coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory="$(dirname "$2")/lcov"'
        )
        return _in_shell("vitest", installing + run + _LCOV, _missing(packages, "@vitest/coverage-v8"))
    if "jest" in script or (not script and "jest" in packages):
        run = (
            'JEST_JUNIT_OUTPUT_FILE="$1" npx --no-install jest --ci --reporters=default --reporters=jest-junit '
            '--coverage --coverageReporters=lcovonly --coverageDirectory="$(dirname "$2")/lcov"'
        )
        return _in_shell("jest", installing + run + _LCOV, _missing(packages, "jest-junit"))
    if "--test" in script.split():
        run = (
            "node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout "
            '--test-reporter=junit --test-reporter-destination="$1" '
            '--test-reporter=lcov --test-reporter-destination="$2"'
        )
        return _in_shell("node --test", installing + run, (), network=bool(packages))
    return None


def _of_go(folder: Path) -> TestCommand:
    words = ("gotestsum", "--junitfile", "{junit}", "--", "-coverprofile={coverage}", "./...")
    return TestCommand("go test", words, network=not (folder / "vendor").is_dir(), needs=("gotestsum",))


def _in_shell(name: str, script: str, needs: tuple[str, ...], *, network: bool = True) -> TestCommand:
    return TestCommand(name, ("sh", "-c", script, "test", "{junit}", "{coverage}"), network, needs)


def _missing(packages: set[str], *needed: str) -> tuple[str, ...]:
    return tuple(name for name in needed if name not in packages)


def _object(file: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(file.read_bytes()[:_MOST_BYTES])
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}
