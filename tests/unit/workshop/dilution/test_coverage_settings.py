"""Settings of coverage: what leaves product code out is told, what is usual is not."""

import pytest

from tests.unit.workshop.dilution.commits import told

PROJECT = {
    "src/adder/sums.py": "x = 1\n",
    "src/adder/hard/words.py": "x = 1\n",
    "tests/test_sums.py": "",
    "setup.py": "",
    "scripts/release.py": "",
}
RUN, REPORT = "[tool.coverage.run]\n", "[tool.coverage.report]\n"


def _fresh(settings: str, name: str = "pyproject.toml") -> list[str]:
    """What is told of these settings in a build that began with nothing."""
    return told({}, {**PROJECT, name: settings})


@pytest.mark.parametrize(
    "settings",
    [
        f'{RUN}branch = true\nsource = ["src"]\n',
        f'{RUN}source = ["adder"]\nparallel = true\n',
        f'{RUN}source = ["src/adder"]\n',
        f'{RUN}source_pkgs = ["adder"]\n',
        f'{RUN}source = ["."]\nomit = ["tests/*", "*/tests/*", "*/test_*.py", "setup.py", "conftest.py", ".venv/*"]\n',
        f'{RUN}omit = ["tests", "/usr/*", "*/site-packages/*"]\n',
        f"{REPORT}fail_under = 90\nshow_missing = true\nskip_covered = true\n",
        f"{REPORT}exclude_lines = ['pragma: no cover', 'if TYPE_CHECKING:', 'raise NotImplementedError']\n",
        f"{REPORT}exclude_also = ['if __name__ == .__main__.:', '@(abc\\.)?abstractmethod', '^\\s*\\.\\.\\.$']\n",
        f"""{REPORT}exclude_also = ['if __name__ == ["'']__main__["'']:', "@overload"]\n""",
        f"{REPORT}exclude_also = ['class .*\\bProtocol\\):']\n",
        f'{REPORT}include = ["src/*"]\n',
    ],
)
def test_reasonable_settings_of_a_new_project_pass(settings: str) -> None:
    assert _fresh(settings) == []


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (f'{RUN}omit = ["*"]\n', "run.omit:*"),
        (f'{RUN}omit = ["src/adder/hard/*"]\n', "run.omit:src/adder/hard/*"),
        (f'{RUN}omit = ["tests/../src/*"]\n', "run.omit:tests/../src/*"),
        (f'{REPORT}omit = ["*/words.py"]\n', "report.omit:*/words.py"),
        (f'{RUN}source = ["src/adder/sums"]\n', "run.source:adder"),
        (f'{RUN}source = ["tests"]\n', "run.source:adder"),
        (f'{RUN}include = ["src/adder/sums.py"]\n', "run.source:adder"),
        (f"{REPORT}exclude_lines = ['def ']\n", "report.exclude_lines:def"),
        (f"{REPORT}exclude_also = ['.*']\n", "report.exclude_also:.*"),
        (f"{REPORT}exclude_also = ['...']\n", "report.exclude_also:..."),
        (f"{REPORT}exclude_also = ['if TYPE_CHECKING:|']\n", "report.exclude_also:if TYPE_CHECKING:|"),
        (f"{REPORT}exclude_also = ['(if TYPE_CHECKING)?']\n", "report.exclude_also:(if TYPE_CHECKING)?"),
    ],
)
def test_what_leaves_the_product_out_is_told_even_in_a_new_project(settings: str, name: str) -> None:
    assert _fresh(settings) == [f"coverage-config pyproject.toml::tool.coverage.{name}"]


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        (".coveragerc", "[run]\nomit =\n    tests/*\n    src/adder/hard/*\n", "coverage:run.omit:src/adder/hard/*"),
        ("setup.cfg", "[coverage:run]\nomit = src/*\n", "coverage:run.omit:src/*"),
        ("tox.ini", "[coverage:report]\nexclude_lines =\n    pragma: no cover\n    return\n",
         "coverage:report.exclude_lines:return"),
        (".coveragerc.toml", '[run]\nomit = ["*"]\n', "tool.coverage.run.omit:*"),
    ],
)  # fmt: skip
def test_settings_stand_in_many_files(file: str, text: str, name: str) -> None:
    assert _fresh(text, file) == [f"coverage-config {file}::{name}"]


def test_a_single_module_beside_measured_packages_is_most_often_a_script() -> None:
    after = {**PROJECT, "main.py": "x = 1\n", "pyproject.toml": f'{RUN}source = ["src"]\n'}
    assert told({}, after) == ["coverage-config pyproject.toml::tool.coverage.run.source:main ?"]


def test_what_was_left_out_before_may_stay_out() -> None:
    settings = {"pyproject.toml": f'{RUN}omit = ["src/adder/hard/*"]\n{REPORT}fail_under = 80\n'}
    assert told({**PROJECT, **settings}, {**PROJECT, **settings}) == []
    moved = {".coveragerc": "[run]\nomit = src/adder/hard/*\n[report]\nfail_under = 80\n"}
    assert told({**PROJECT, **settings}, {**PROJECT, **moved}) == []


def test_a_file_that_overrules_the_settings_counts() -> None:
    before = {**PROJECT, "pyproject.toml": f"{RUN}branch = true\n{REPORT}fail_under = 80\n"}
    assert told(before, {**before, ".coveragerc": ""}) == [
        "coverage-config .coveragerc::coverage:report.fail_under",
        "coverage-config .coveragerc::coverage:run.branch",
    ]


@pytest.mark.parametrize(("floor", "lowered"), [("85", False), ("80", False), ("79.5", True)])
def test_a_floor_that_is_lowered_is_told(floor: str, lowered: bool) -> None:
    before, after = ({"pyproject.toml": f"{REPORT}fail_under = {percent}\n"} for percent in ("80", floor))
    assert bool(told(before, after)) is lowered


def test_settings_that_cannot_be_read_say_nothing() -> None:
    assert _fresh("[tool.coverage\n") == []
    assert _fresh("omit = *\n", ".coveragerc") == []


@pytest.mark.parametrize(
    ("file", "before", "after", "names"),
    [
        ("package.json", '{"jest": {"coverageThreshold": {"global": {"lines": 80, "branches": 70}}}}',
         '{"jest": {"coverageThreshold": {"global": {"lines": 60, "branches": 70}}}}', ["threshold.lines"]),
        ("package.json", '{"nyc": {"lines": 80}}', "{}", ["threshold.lines"]),
        (".nycrc", '{"lines": 80, "exclude": ["test/**"]}', '{"lines": 80, "exclude": ["test/**", "src/a.js"]}',
         ["exclude:src/a.js"]),
        ("vitest.config.ts", "thresholds: { lines: 80, functions: 90 }", "thresholds: { lines: 10, functions: 90 }",
         ["threshold.lines"]),
    ],
)  # fmt: skip
def test_thresholds_of_scripts_that_are_lowered_are_told(file: str, before: str, after: str, names: list[str]) -> None:
    assert told({file: before}, {file: after}) == [f"coverage-config {file}::{name}" for name in names]
    assert told({file: before}, {file: before}) == []
