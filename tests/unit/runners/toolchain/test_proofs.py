"""How tests name criteria, and how people name tests."""

import pytest

from baton.runners.toolchain.proofs import naming
from baton.runners.toolchain.test_ids import TestIds

IDS = [
    "tests.test_a::test_one",
    "tests.test_a::test_many[1]",
    "tests.test_a::test_many[2]",
    "tests.test_a.TestX::test_one",
    "tests.unit.test_b::test_other",
    "convert::AC-1: gives the amount",
    "example.com/rates::TestAdds/sub",
]


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        ("AC-3", "test_ac_3_it_works"),
        ("AC-3", "test_ac3"),
        ("AC-3", "AC-3: it works"),
        ("AC-3", "[ac 03]"),
        ("AC-3", "TestAC3Works"),
        ("AC-12", "ac.12"),
        ("REQ-7", "test_req7_x"),
        ("login.works", "it says login works"),
        ("X2b", "x-2-b"),
    ],
)
def test_a_text_names_a_criterion(criterion: str, text: str) -> None:
    assert naming(criterion).search(text)


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        ("AC-3", "AC-31"),
        ("AC-3", "test_mac3"),
        ("AC-3", "test_ac_13"),
        ("AC-3", "Tac3"),
        ("AC-1", "attach AC 11"),
        ("login", "logins"),
        ("A.C", "abc"),
    ],
)
def test_a_text_that_only_looks_like_it_does_not(criterion: str, text: str) -> None:
    assert naming(criterion).search(text) is None


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("tests.test_a::test_one", ["tests.test_a::test_one"]),
        ("tests/test_a.py::test_one", ["tests.test_a::test_one"]),
        ("./tests/test_a.py::test_many", ["tests.test_a::test_many[1]", "tests.test_a::test_many[2]"]),
        ("tests/test_a.py::test_many[2]", ["tests.test_a::test_many[2]"]),
        ("tests/test_a.py::TestX::test_one", ["tests.test_a.TestX::test_one"]),
        ("TestX.test_one", ["tests.test_a.TestX::test_one"]),
        ("test_other", ["tests.unit.test_b::test_other"]),
        ("test_b.py::test_other", ["tests.unit.test_b::test_other"]),
        ("test_one", []),
        ("tests/test_gone.py::test_other", []),
        ("AC-1: gives the amount", ["convert::AC-1: gives the amount"]),
        ("TestAdds", ["example.com/rates::TestAdds/sub"]),
        ("", []),
    ],
)
def test_a_test_is_found_by_the_names_that_people_give_it(told: str, found: list[str]) -> None:
    assert TestIds(IDS).named(told) == found
