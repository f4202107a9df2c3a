"""Every attack that the docs name has the test that they name."""

import ast
import re

import pytest

from tests.pages import ROOT, page

SECURITY = page("docs/security.md")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY.text)
WANTED = (
    "/etc/shadow", "another build", "write outside", "network", "other processes", "fork bomb", "memory", "disk",
    "run for ever", "links and hard links", "terminal escapes", "archives", "git's configuration, attributes",
)  # fmt: skip


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_each_test_that_the_docs_name_is_there(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert {name for named, name in NAMED if named == file} - there == set()


@pytest.mark.parametrize("attack", WANTED)
def test_each_kind_of_attack_has_a_row_with_a_test(attack: str) -> None:
    rows = [line for line in SECURITY.section("The sandbox").splitlines() if line.startswith("|") and "::" in line]
    assert any(attack in row.split("|")[1] for row in rows)
