from typing import Any

import pytest

from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.brief import Brief, read_brief


def _criteria(requirements: str | dict[str, Any]) -> dict[str, str]:
    return {criterion.id: criterion.text for criterion in read_brief("T", requirements).acceptance_criteria}


def test_a_request_is_cut_into_its_parts() -> None:
    brief = read_brief(
        "Tally",
        """# Tally: count what happens

For people who count birds.

## Requirements

A command that keeps counts
in a file.

- One JSON file.

## Acceptance criteria

1. `tally add robin` adds one.
2. `tally show` prints every name.

## Constraints

- Standard library only.
""",
    )
    assert brief == Brief.model_validate(
        {
            "title": "Tally",
            "about": "For people who count birds.",
            "requirements": ["A command that keeps counts in a file.", "One JSON file."],
            "acceptance_criteria": [
                {"id": "AC-1", "text": "`tally add robin` adds one."},
                {"id": "AC-2", "text": "`tally show` prints every name."},
            ],
            "constraints": ["Standard library only."],
        }
    )


def test_without_a_requirements_heading_the_text_before_the_criteria_is_what_is_required() -> None:
    brief = read_brief("T", "# T\n\nDo this.\n\n- and that\n\n## Acceptance criteria\n\n1. Done.\n")
    assert brief.requirements == ("Do this.", "and that")


@pytest.mark.parametrize(
    "heading",
    [
        "## Acceptance Criteria",
        "### ACCEPTANCE CRITERIA:",
        "## 3. Acceptance criteria",
        "Acceptance criteria\n-------------------",
        "**Acceptance criteria**",
        "**Acceptance criteria:**",
        "Acceptance criteria:",
        "## *Acceptance criteria*",
        "## Acceptance criterion",
        "## Definition of done",
        "# Acceptance criteria #",
    ],
)
def test_odd_headings_are_understood(heading: str) -> None:
    assert _criteria(f"# T\n\n{heading}\n\n- one\n- two\n") == {"AC-1": "one", "AC-2": "two"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1. one\n1. two\n", ["one", "two"]),
        ("5) one\n6) two\n", ["one", "two"]),
        ("* one\n\n  more of one\n* two\n", ["one more of one", "two"]),
        ("- [ ] one\n- [x] two\n", ["one", "two"]),
        ("- one\n  - a\n  - b\n- two\n", ["one a; b", "two"]),
        ("1. one\n   ```\n   code here\n   ```\n2. two\n", ["one `code here`", "two"]),
        ("- one\n-\n- two\n", ["one", "two"]),
        ("It must hold:\n\n- one\n- two\n", ["one", "two"]),
        ("One paragraph.\n\nAnother.\n", ["One paragraph.", "Another."]),
        ("### Group\n\n1. one\n\n### Another group\n\n1. two\n", ["one", "two"]),
        ("<!-- a comment -->\n\n1. one\n2. two\n", ["one", "two"]),
        ("1. one <b>bold</b> & *two*\n", ["one <b>bold</b> & *two*"]),
        ("1. ünïcode 🦉\r\n2. two\r\n", ["ünïcode 🦉", "two"]),
    ],
)
def test_odd_lists_are_understood(body: str, expected: list[str]) -> None:
    found = _criteria(f"# T\n\n## Acceptance criteria\n\n{body}\n## Constraints\n\n- not this\n")
    assert list(found.values()) == expected
    assert list(found) == [f"AC-{number}" for number in range(1, len(expected) + 1)]


def test_a_criterion_keeps_its_own_number() -> None:
    found = _criteria("## Acceptance criteria\n\n- AC-4: one\n- two\n- **AC-9** three\n")
    assert found == {"AC-4": "one", "AC-5": "two", "AC-9": "three"}


def test_a_number_that_comes_twice_is_refused() -> None:
    with pytest.raises(RequestUnusable, match="AC-2 is there twice"):
        _criteria("## Acceptance criteria\n\n- AC-2: one\n- AC-2: two\n")


@pytest.mark.parametrize(
    "text",
    [
        "just a sentence",
        "# T\n\n## Requirements\n\n- x\n",
        "## Acceptance criteria\n",
        "## Acceptance criteria\n\n## Constraints\n\n- x\n",
        "```\n## Acceptance criteria\n1. in a code block\n```\n",
        "<!--\n## Acceptance criteria\n1. in a comment\n-->\n",
        "The acceptance criteria are elsewhere.\n\n- x\n",
        "\x00\ufeff",
    ],
)
def test_where_there_are_no_criteria_none_are_guessed(text: str) -> None:
    assert _criteria(text) == {}


def test_deep_nesting_is_survived() -> None:
    nested = "".join(f"{'  ' * depth}- {depth}\n" for depth in range(300))
    assert read_brief("T", nested).title == "T"
    assert read_brief("T", ">" * 5000 + " x").title == "T"


def test_an_object_works_like_the_text() -> None:
    brief = read_brief(
        "T",
        {
            "requirements": ["a", "b"],
            "acceptance_criteria": ["one", {"id": "AC-7", "text": "two"}, {"description": "three"}],
            "Constraints": "- c\n- d",
            "priority": 3,
        },
    )
    assert brief.requirements == ("a", "b")
    assert {criterion.id: criterion.text for criterion in brief.acceptance_criteria} == {
        "AC-1": "one",
        "AC-7": "two",
        "AC-8": "three",
    }
    assert brief.constraints == ("c", "d")


def test_markdown_within_an_object_is_read_whole() -> None:
    assert _criteria({"requirements": "# T\n\n## Acceptance criteria\n\n1. one\n"}) == {"AC-1": "one"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (3, "acceptance_criteria of the request is a int"),
        ([3], "holds a int"),
        ([{"id": "AC-1"}], "holds a dict"),
        (None, "NoneType"),
    ],
)
def test_an_object_that_cannot_be_read_is_refused(value: Any, told: str) -> None:
    with pytest.raises(RequestUnusable, match=told):
        read_brief("T", {"acceptance_criteria": value})


@pytest.mark.parametrize("text", ["`--top N` prints N words", "**every** word counts", "(optional) it is fast"])
def test_a_criterion_that_was_read_is_read_again_without_a_loss(text: str) -> None:
    told = {"acceptance_criteria": [{"id": "AC-4", "text": text}]}
    assert [(one.id, one.text) for one in read_brief("T", told).acceptance_criteria] == [("AC-4", text)]


@pytest.mark.parametrize(
    "form", ["AC-4: {}", "AC4. {}", "[AC-4] {}", "**AC-4:** {}", "**AC-4** {}", "AC-4 - {}", "AC_4) {}"]
)
def test_an_id_is_told_from_its_criterion_however_it_is_written(form: str) -> None:
    told = {"acceptance_criteria": [form.format("`x` is kept")]}
    assert [(one.id, one.text) for one in read_brief("T", told).acceptance_criteria] == [("AC-4", "`x` is kept")]
