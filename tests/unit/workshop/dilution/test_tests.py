"""Tests that were deleted, skipped or emptied; and those that only look so."""

import pytest

from tests.unit.workshop.dilution.commits import between, told

TESTS = """
import pytest
from adder import add


def check(a, b, total):
    assert add(a, b) == total
    assert add(b, a) == total


def test_adds():
    \"\"\"Sums.\"\"\"
    assert add(1, 2) == 3
    assert add(0, 0) == 0


@pytest.mark.parametrize("n", [1, 2, 3])
def test_many(n):
    check(n, 1, n + 1)


class TestWords:
    def test_text(self):
        with pytest.raises(TypeError):
            add("a", 1)
"""
PATH = "tests/test_adder.py"


def _after(old: str, new: str) -> list[str]:
    assert old in TESTS
    return told({PATH: TESTS}, {PATH: TESTS.replace(old, new)})


def test_the_same_tests_are_not_diluted() -> None:
    assert told({PATH: TESTS}, {PATH: TESTS}) == []


def test_a_test_that_is_gone_is_named_with_its_text() -> None:
    (item,) = between({PATH: TESTS}, {PATH: TESTS.replace("def test_adds", "def adds")})
    assert (item.rule, item.path, item.name) == ("test-deleted", PATH, "test_adds")
    assert "assert add(1, 2) == 3" in item.was


def test_a_file_that_is_gone_is_one_item() -> None:
    assert told({PATH: TESTS}, {}) == [f"test-deleted {PATH}::(whole file)"]


def test_a_test_that_was_renamed_or_moved_with_its_body_is_not_deleted() -> None:
    renamed = TESTS.replace("def test_adds", "def test_sums")
    assert told({PATH: TESTS}, {PATH: renamed}) == []
    assert told({PATH: TESTS}, {"tests/unit/test_sums.py": renamed}) == []


def test_a_test_that_moved_and_was_emptied_is_told() -> None:
    emptied = TESTS.replace("    assert add(0, 0) == 0\n", "")
    assert told({PATH: TESTS}, {"tests/test_other.py": emptied}) == [
        "assertions-removed tests/test_other.py::test_adds (2 to 1)"
    ]


def test_a_file_that_pytest_does_not_find_any_more_takes_its_tests_along() -> None:
    assert told({PATH: TESTS}, {"tests/adder_checks.py": TESTS}) == [f"test-deleted {PATH}::(whole file)"]


@pytest.mark.parametrize(
    ("old", "new", "by"),
    [
        ("def test_adds", "@pytest.mark.skip(reason='later')\ndef test_adds", "@pytest.mark.skip(reason='later')"),
        ("def test_adds", "@pytest.mark.xfail\ndef test_adds", "@pytest.mark.xfail"),
        (
            "def test_adds",
            "@pytest.mark.skipif(True, reason='x')\ndef test_adds",
            "@pytest.mark.skipif(True, reason='x')",
        ),
        ("def test_adds", "@unittest.skip('x')\ndef test_adds", "@unittest.skip('x')"),
        (
            "    assert add(1, 2) == 3\n",
            "    if True:\n        pytest.skip('x')\n    assert add(1, 2) == 3\n",
            "pytest.skip('x')",
        ),
    ],
)
def test_a_test_that_is_skipped_now_is_told_with_what_skips_it(old: str, new: str, by: str) -> None:
    (item,) = between({PATH: TESTS}, {PATH: TESTS.replace(old, new)})
    assert (item.rule, item.name, item.holds) == ("test-skipped", "test_adds", True)
    assert by in item.message


@pytest.mark.parametrize(
    "added",
    [
        "pytestmark = pytest.mark.skip\n",
        "pytestmark = [pytest.mark.slow, pytest.mark.xfail(reason='x')]\n",
        "pytest.skip('no', allow_module_level=True)\n",
        "__test__ = False\n",
        "import sys\nif sys:\n    pytest.skip('no', allow_module_level=True)\n",
    ],
)
def test_a_file_that_is_skipped_is_one_item(added: str) -> None:
    assert told({PATH: TESTS}, {PATH: TESTS.replace("from adder", f"{added}from adder")}) == [
        f"test-skipped {PATH}::(whole file)"
    ]


def test_a_class_that_is_skipped_is_one_item() -> None:
    assert _after("class TestWords", "@pytest.mark.skip\nclass TestWords") == [f"test-skipped {PATH}::TestWords"]


@pytest.mark.parametrize(
    ("new", "left"),
    [
        ("    assert add(1, 2) == 3\n", 1),
        ("    assert True\n    assert add(1, 2) == 3\n", 1),
        ("    assert add(1, 2) == 3 or True\n    assert (add(0, 0), 'is 0')\n", 0),
        ("    return\n    assert add(1, 2) == 3\n    assert add(0, 0) == 0\n", 0),
        ("    if False:\n        assert add(1, 2) == 3\n        assert add(0, 0) == 0\n", 0),
        ("    total = add(1, 2)\n    assert total == total\n    print(total)\n", 0),
    ],
)
def test_assertions_that_are_gone_or_cannot_fail_are_counted(new: str, left: int) -> None:
    assert _after("    assert add(1, 2) == 3\n    assert add(0, 0) == 0\n", new) == [
        f"assertions-removed {PATH}::test_adds (2 to {left})"
    ]


def test_assertions_that_moved_into_a_function_of_the_file_are_still_there() -> None:
    assert _after("    assert add(1, 2) == 3\n    assert add(0, 0) == 0\n", "    check(1, 2, 3)\n") == []


def test_assertions_taken_out_of_such_a_function_are_missed_in_the_tests_that_call_it() -> None:
    assert _after("    assert add(b, a) == total\n", "") == [f"assertions-removed {PATH}::test_many (2 to 1)"]


def test_fewer_parameters_are_told() -> None:
    assert _after("[1, 2, 3]", "[1]") == [f"cases-removed {PATH}::test_many (3 to 1)"]
    assert _after("[1, 2, 3]", "range(3)") == []


def test_a_new_test_that_is_skipped_is_only_told() -> None:
    assert _after("class TestWords", "@pytest.mark.skip\ndef test_new():\n    assert 1\n\n\nclass TestWords") == [
        f"test-skipped {PATH}::test_new ?"
    ]
    assert told({}, {PATH: "import pytest\n\npytestmark = pytest.mark.skip\n\ndef test_a():\n    assert 1\n"}) == [
        f"test-skipped {PATH}::(whole file) ?"
    ]


def test_a_class_that_is_no_test_may_say_so() -> None:
    assert _after("class TestWords", "class TestPlan:\n    __test__ = False\n\n\nclass TestWords") == []


def test_a_commit_without_tests_and_new_tests_are_nothing_to_tell() -> None:
    assert told({"adder.py": "x = 1\n"}, {"adder.py": "x = 2\n", PATH: TESTS}) == []


def test_reading_words_that_skip_elsewhere_is_no_skip() -> None:
    assert _after("    assert add(1, 2) == 3\n", "    reader.skip(3)\n    assert add(1, 2) == 3\n") == []


def test_a_file_that_cannot_be_parsed_is_compared_by_its_text() -> None:
    broken = TESTS.replace("from adder import add", "from adder import (").replace("def test_adds", "def adds")
    assert told({PATH: TESTS}, {PATH: broken}) == [f"test-deleted {PATH}::test_adds"]


@pytest.mark.parametrize("deep", ["-" * 100_000 + "1", "+".join(["1"] * 100_000), "x" + "[0]" * 50_000])
def test_code_that_is_nested_without_end_is_compared_by_its_text(deep: str) -> None:
    assert told({PATH: TESTS}, {PATH: f"{TESTS}\nx = {deep}\n"}) == []
