"""Comments that switch checks off."""

import pytest

from tests.unit.workshop.dilution.commits import told

CODE = "import os\n\n\ndef run():\n    return os.name\n"
BEFORE = {"src/adder.py": CODE}


@pytest.mark.parametrize(
    ("comment", "name"),
    [
        ("# noqa", "noqa"),
        ("# noqa: F401", "noqa F401"),
        ("# NOQA:F401,E402", "noqa E402,F401"),
        ("# ruff: noqa", "ruff: noqa"),
        ("# flake8: noqa: E501", "flake8: noqa E501"),
        ("# nosec", "nosec"),
        ("# nosec B602", "nosec B602"),
        ("# type: ignore", "type: ignore"),
        ("# type: ignore[attr-defined]", "type: ignore attr-defined"),
        ("# mypy: ignore-errors", "mypy: ignore-errors"),
        ("# pylint: disable=unused-import", "pylint: disable unused-import"),
        ("# pragma: no cover", "pragma: no cover"),
        ("# pragma:   NO COVER", "pragma: no cover"),
    ],
)
def test_a_new_comment_of_python_is_told(comment: str, name: str) -> None:
    after = {"src/adder.py": CODE.replace("import os", f"import os  {comment}")}
    assert told(BEFORE, after) == [f"suppression src/adder.py::{name}"]
    assert told(after, after) == []
    assert told(after, BEFORE) == []


@pytest.mark.parametrize(
    ("path", "comment", "name"),
    [
        ("src/a.ts", "// eslint-disable-next-line no-eval -- it is safe", "eslint-disable-next-line no-eval"),
        ("src/a.js", "/* eslint-disable */", "eslint-disable"),
        ("src/a.ts", "// @ts-ignore", "@ts-ignore"),
        ("src/a.js", "/* istanbul ignore next */", "istanbul ignore"),
        ("src/a.js", "/* node:coverage disable */", "node:coverage disable"),
        ("a.go", "//nolint:errcheck", "nolint errcheck"),
        ("a.go", "// #nosec G104", "nosec G104"),
    ],
)
def test_a_new_comment_of_other_languages_is_told(path: str, comment: str, name: str) -> None:
    assert told({path: "x\n"}, {path: f"x {comment}\n"}) == [f"suppression {path}::{name}"]


def test_a_text_that_only_looks_like_a_comment_switches_nothing_off() -> None:
    assert told(BEFORE, {"src/adder.py": CODE + "MARK = '# noqa'\n'''\n# nosec\n'''\n"}) == []
    assert told(BEFORE, {"src/adder.py": CODE + "MARK = '''\n# noqa\n"}) == ["suppression src/adder.py::noqa"]


def test_the_extent_belongs_to_the_name() -> None:
    one, three = CODE + "a = 1  # noqa: E1\n", CODE + "a = 1  # noqa: E1\n" * 3
    assert told({"src/adder.py": one}, {"src/adder.py": three}) == ["suppression src/adder.py::noqa E1 x2"]


def test_a_comment_that_moved_to_another_file_is_not_new() -> None:
    assert told({"src/a.py": "x = 1  # noqa: E1\n"}, {"src/b.py": "x = 1  # noqa: E1\n"}) == []


def test_in_tests_it_is_only_told() -> None:
    assert told({"tests/test_a.py": "\n"}, {"tests/test_a.py": "import os  # noqa: F401\n"}) == [
        "suppression tests/test_a.py::noqa F401 ?"
    ]


@pytest.mark.parametrize(
    ("comment", "doubt"),
    [
        ("# noqa: S603", " ?"),
        ("# type: ignore[misc]", " ?"),
        ("# noqa", ""),
        ("# ruff: noqa: E", ""),
        ("# pragma: no cover", ""),
    ],
)
def test_in_a_build_that_began_with_nothing_what_names_its_rule_is_only_told(comment: str, doubt: str) -> None:
    (item,) = told({}, {"src/a.py": f"x = 1  {comment}\n"})
    assert item.endswith(" ?") is bool(doubt)


@pytest.mark.parametrize(
    "line",
    [
        'if __name__ == "__main__":  # pragma: no cover',
        "if TYPE_CHECKING:  # pragma: no cover",
        "    raise NotImplementedError  # pragma: no cover",
        "except ImportError:  # pragma: no cover",
        "    @abstractmethod  # pragma: no cover",
    ],
)
def test_what_no_test_can_run_may_be_left_out_of_coverage(line: str) -> None:
    assert told({}, {"src/a.py": f"{line}\n"}) == []
