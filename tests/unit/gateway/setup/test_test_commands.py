"""How a project's tests are run is read off its files."""

import json
from pathlib import Path

import pytest

from gateway.setup.test_commands import TestCommand, find

VITEST = {"scripts": {"test": "vitest"}, "devDependencies": {"vitest": "3", "@vitest/coverage-v8": "3"}}
JEST = {"scripts": {"test": "jest --ci"}, "devDependencies": {"jest": "30"}}
NODE = {"scripts": {"test": "node --test"}}


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "tests/test_it.py", "README.md"])
def test_python_and_what_is_not_known_yet_are_tested_as_baton_does(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert find(tmp_path) == TestCommand()


@pytest.mark.parametrize(
    ("package", "name", "needs", "network"),
    [(VITEST, "vitest", (), True), (JEST, "jest", ("jest-junit",), True), (NODE, "node --test", (), False)],
)
def test_the_script_of_a_node_package_tells_its_test_runner(
    tmp_path: Path, package: object, name: str, needs: tuple[str, ...], network: bool
) -> None:
    (tmp_path / "package.json").write_text(json.dumps(package))
    found = find(tmp_path)
    assert found is not None
    assert (found.name, found.needs, found.network) == (name, needs, network)
    assert found.words[-2:] == ("{junit}", "{coverage}")


@pytest.mark.parametrize("text", ['{"scripts": {"test": "mocha"}}', "{}", "[]", "{"])
def test_a_script_that_is_not_known_is_not_guessed_at(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    assert find(tmp_path) is None


def test_a_go_module_is_tested_by_a_program_that_writes_junit(tmp_path: Path) -> None:
    (tmp_path / "go.mod").touch()
    found = find(tmp_path)
    assert found is not None
    assert (found.words[0], found.needs, found.network) == ("gotestsum", ("gotestsum",), True)
    (tmp_path / "vendor").mkdir()
    assert not find(tmp_path).network  # type: ignore[union-attr]
