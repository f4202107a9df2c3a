"""Criteria on the screen: which test proves which, and what was found."""

from typing import Any

from rich.console import Console

from baton.domain.vocabulary import Phase
from gateway.cli.criteria import criteria_table

DISCOVERY = {"output": {"acceptance_criteria": [{"id": f"AC-{n}", "text": f"text {n}"} for n in (1, 2, 3)]}}
TESTING: dict[str, Any] = {
    "proofs": {"AC-1": ["tests.test_a::test_one[1]", "tests.test_a::test_one[2]"]},
    "findings": [
        {"message": "it is wrong", "criterion": "AC-2"},
        {"message": "unproven", "criterion": "AC-3", "severity": "warning"},
        "a text",
    ],
}


def _shown(reports: dict[Phase, Any]) -> str:
    table = criteria_table(reports)
    assert table is not None
    console = Console(width=90)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_each_criterion_is_shown_with_its_tests_and_findings() -> None:
    words = [
        " ".join(line.split()) for line in _shown({Phase.DISCOVERY: DISCOVERY, Phase.TESTING: TESTING}).splitlines()
    ]
    assert words == [
        "criterion proven by",
        "✓ AC-1 text 1 test_one[1] and 1 more",
        "✗ AC-2 text 2 testing: it is wrong",
        "· AC-3 text 3 no test that passed names it",
    ]


def test_before_the_tests_and_without_criteria_there_is_nothing_to_show() -> None:
    assert criteria_table({Phase.DISCOVERY: DISCOVERY, Phase.TESTING: None}) is None
    assert criteria_table({Phase.DISCOVERY: {"output": {}}, Phase.TESTING: TESTING}) is None
