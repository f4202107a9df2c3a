"""Tests of JavaScript, TypeScript and Go, which are compared by their text."""

import pytest

from tests.unit.workshop.dilution.commits import told

SCRIPT = """
import { describe, it, test, expect } from "vitest";

describe("rates", () => {
  it("adds", () => {
    expect(add(1, 2)).toBe(3);
    expect(add(0, 0)).toBe(0);
  });

  it.each([1, 2])("takes %i", (n) => {
    expect(add(n, 0)).toBe(n);
  });
});

test('is alone', async (t) => {
  assert.equal(await add(1, 1), 2);
});
"""
GO = """
package adder

import "testing"

// AC-1
func TestAdds(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Errorf("no")
	}
	if Add(0, 0) != 0 {
		t.Fatal("no")
	}
}

func TestOther(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Error("no") })
}
"""


def _script(old: str, new: str) -> list[str]:
    assert old in SCRIPT
    return told({"src/rates.test.ts": SCRIPT}, {"src/rates.test.ts": SCRIPT.replace(old, new)})


def _go(old: str, new: str) -> list[str]:
    assert old in GO
    return told({"adder_test.go": GO}, {"adder_test.go": GO.replace(old, new)})


def test_the_same_tests_are_not_diluted() -> None:
    assert _script("rates", "rates") == []
    assert _go("adder", "adder") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('it("adds"', 'it.skip("adds"'),
        ('it("adds"', 'xit("adds"'),
        ('it("adds"', 'it.todo("adds"'),
        ('it("adds", ()', 'it("adds", { skip: "later" }, ()'),
        ('it("adds"', 'it.fails("adds"'),
    ],
)
def test_a_script_s_test_that_is_skipped_is_told(old: str, new: str) -> None:
    assert _script(old, new) == ["test-skipped src/rates.test.ts::adds"]


def test_a_script_s_test_that_skips_itself_is_told() -> None:
    assert _script("  assert.equal", "  t.skip('later');\n  assert.equal") == [
        "test-skipped src/rates.test.ts::is alone"
    ]


@pytest.mark.parametrize("new", ['it.only("adds"', 'fit("adds"'])
def test_only_leaves_all_others_out(new: str) -> None:
    assert _script('it("adds"', new) == ["test-skipped src/rates.test.ts::(whole file)"]


@pytest.mark.parametrize(
    ("new", "name"),
    [("describe.skip(", "rates"), ("xdescribe(", "rates"), ("describe.only(", "(whole file)")],
)
def test_a_suite_that_is_skipped_is_one_item(new: str, name: str) -> None:
    assert _script("describe(", new) == [f"test-skipped src/rates.test.ts::{name}"]


def test_a_script_s_test_that_is_gone_or_commented_out_is_told() -> None:
    assert _script('  it("adds"', '  // it("adds"') == ["test-deleted src/rates.test.ts::adds"]
    assert _script("test('is alone'", "/*\ntest('is alone'") == ["test-deleted src/rates.test.ts::is alone"]


def test_expectations_that_are_gone_are_counted() -> None:
    assert _script("    expect(add(0, 0)).toBe(0);\n", "") == ["assertions-removed src/rates.test.ts::adds (2 to 1)"]


def test_a_script_s_test_that_moved_is_not_deleted() -> None:
    assert told({"src/rates.test.ts": SCRIPT}, {"test/rates.test.ts": SCRIPT}) == []


def test_go_tests_are_compared_too() -> None:
    assert _go("func TestAdds", "func testAdds") == ["test-deleted adder_test.go::TestAdds"]
    assert _go("	if Add(1", '	t.Skip("later")\n	if Add(1') == ["test-skipped adder_test.go::TestAdds"]
    assert _go('		t.Fatal("no")\n', "") == ["assertions-removed adder_test.go::TestAdds (2 to 1)"]
    assert _go("\npackage", "\n//go:build integration\n\npackage") == ["test-skipped adder_test.go::(whole file)"]
