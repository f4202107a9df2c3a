"""Settings of pytest, and conftest.py: what leaves tests out is told, what is usual is not."""

import pytest

from tests.unit.workshop.dilution.commits import told

TEST = "def test_a():\n    assert 1 > 0\n"
PROJECT = {
    "src/a.py": "x = 1\n",
    "src/test_tools.py": "x = 1\n",
    "tests/test_a.py": TEST,
    "tests/deep/test_b.py": TEST,
    "examples/test_c.py": TEST,
}
OPTIONS = "[tool.pytest.ini_options]\n"


def _fresh(settings: str, name: str = "pyproject.toml") -> list[str]:
    return [item.removeprefix(f"test-config {name}::") for item in told({}, {**PROJECT, name: settings})]


@pytest.mark.parametrize(
    "settings",
    [
        f'{OPTIONS}testpaths = ["tests"]\npythonpath = ["src"]\naddopts = "-ra --strict-markers"\n',
        f'{OPTIONS}addopts = ["-p", "no:cacheprovider", "-n", "auto", "--cov=src", "--maxfail=3"]\n',
        f'{OPTIONS}python_files = ["test_*.py", "check_*.py"]\n',
        f'{OPTIONS}python_functions = ["test_*"]\npython_classes = "Test*"\n',
        f'{OPTIONS}norecursedirs = [".git", "build"]\nfilterwarnings = ["error"]\n',
    ],
)
def test_reasonable_settings_of_a_new_project_pass(settings: str) -> None:
    assert _fresh(settings) == []


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (f"{OPTIONS}addopts = \"-k 'not slow'\"\n", "addopts:-k not slow"),
        (f'{OPTIONS}addopts = "-m unit"\n', "addopts:-m unit"),
        (f'{OPTIONS}addopts = "--ignore=tests/deep"\n', "addopts:--ignore tests/deep"),
        (
            f'{OPTIONS}addopts = ["--deselect", "tests/test_a.py::test_a"]\n',
            "addopts:--deselect tests/test_a.py::test_a",
        ),
        (f'{OPTIONS}addopts = "-p no:assertion"\n', "addopts:-p no:assertion"),
        (f'{OPTIONS}addopts = "--collect-only"\n', "addopts:--collect-only"),
        (f'{OPTIONS}testpaths = ["tests/deep"]\n', "collected"),
        (f'{OPTIONS}norecursedirs = ["deep"]\n', "collected"),
        (f'{OPTIONS}python_files = "check_*.py"\n', "collected"),
        (f'{OPTIONS}python_functions = "check_*"\n', "python_functions"),
    ],
)
def test_what_leaves_tests_out_is_told_even_in_a_new_project(settings: str, name: str) -> None:
    assert _fresh(settings) == [name]


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        ("pytest.ini", "[pytest]\naddopts = --ignore=tests/deep\n"),
        ("tox.ini", "[pytest]\naddopts = --ignore=tests/deep\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = --ignore=tests/deep\n"),
    ],
)
def test_settings_stand_in_many_files(file: str, settings: str) -> None:
    assert _fresh(settings, file) == ["addopts:--ignore tests/deep"]
    assert told({**PROJECT, file: settings}, {**PROJECT, file: settings}) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("collect_ignore = ['test_a.py']\n", "collect_ignore"),
        ("collect_ignore_glob: list[str] = ['*']\n", "collect_ignore_glob"),
        ("def pytest_collection_modifyitems(items):\n    items.clear()\n", "pytest_collection_modifyitems"),
        ("def pytest_runtest_makereport(item, call):\n    pass\n", "pytest_runtest_makereport"),
    ],
)
def test_a_conftest_that_decides_what_is_run_is_told(code: str, name: str) -> None:
    assert told({}, {**PROJECT, "tests/conftest.py": code}) == [f"test-config tests/conftest.py::{name}"]
    same = {**PROJECT, "tests/conftest.py": code}
    assert told(same, same) == []


def test_fixtures_and_plugins_of_a_conftest_are_nobody_s_business() -> None:
    code = "import pytest\n\n@pytest.fixture\ndef a():\n    return 1\n\ndef pytest_addoption(parser):\n    pass\n"
    assert told({}, {**PROJECT, "conftest.py": code}) == []
