"""What holds for any two commits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from baton.workshop.dilution.compare import diluted
from baton.workshop.dilution.files import Files

NAMES = [
    "test_a.py", "tests/test_b.py", "a.test.ts", "a_test.go", "conftest.py", "pyproject.toml", "setup.cfg",
    ".coveragerc", "ruff.toml", ".bandit", "package.json", "vitest.config.ts", "src/a.py",
]  # fmt: skip
SCRAPS = st.sampled_from(
    [
        "def test_a():\n    assert x\n", "@pytest.mark.skip\n", "it('a', () => {\n  expect(1)\n", "it.only(`b`, f)\n",
        "func TestA(t *testing.T) {\n", "}\n", "[run]\nomit = *\n", "[tool.ruff]\nexclude = ['x']\n", "x = 1  # noqa\n",
        "/* eslint-disable */\n", '{"nyc": {"lines": 9}}', "'''\n", "(", "\x00", "[tool.coverage.run]\nomit = 3\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(SCRAPS, max_size=6).map("".join))
COMMITS = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=5).map(lambda texts: Files(tuple(texts), texts))


@given(COMMITS)
@settings(max_examples=150, deadline=None)
def test_nothing_is_diluted_by_itself(commit: Files) -> None:
    assert diluted(commit, commit) == []


@given(COMMITS, COMMITS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_compared_and_named_the_same_way_twice(before: Files, after: Files) -> None:
    items = diluted(before, after)
    assert diluted(before, after) == items
    assert all(item.path and item.name and item.message for item in items)


@given(COMMITS)
@settings(max_examples=100, deadline=None)
def test_a_commit_over_nothing_loses_no_test(commit: Files) -> None:
    rules = {item.rule.value for item in diluted(Files(), commit) if item.holds}
    assert not rules & {"test-deleted", "test-skipped", "assertions-removed", "cases-removed"}
