"""The test auditor says which test proves which acceptance criterion: real pytest runs."""

from typing import Any

import pytest

from baton.domain.reports import PhaseReport, Severity
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD, TOOLCHAIN
from tests.orders import an_order

CRITERIA = {"acceptance_criteria": ["adds", "adds nothing", "is quick", "takes text", "is documented"]}
TESTS = '''
import pytest
from adder import add


def test_ac_1_it_adds():
    assert add(1, 2) == 3


@pytest.mark.parametrize("n", [0, 5])
def test_nothing(n):
    """AC-2: nothing changes nothing."""
    assert add(n, 0) == n


# AC-3
def test_speed(record_property):
    assert add(1, 1) == 2


class TestText:
    def test_it(self, record_property):
        record_property("criterion", "AC-4")
        assert add("a", "b") == "ab"


def test_plain():
    assert "AC-5"
'''


async def _tested(bench: Bench, tests: str = TESTS, options: str = "", **fields: Any) -> PhaseReport:
    bench.profile(test_auditor=TOOLCHAIN + options)
    commit = await bench.committed(GOOD | {"tests/test_adder.py": tests})
    return await bench.perform(an_order(Phase.TESTING, commit=commit, requirements=CRITERIA, **fields))


async def test_names_docstrings_comments_and_properties_name_criteria(bench: Bench) -> None:
    report = await _tested(bench)
    assert report.proofs == {
        "AC-1": ("tests.test_adder::test_ac_1_it_adds",),
        "AC-2": ("tests.test_adder::test_nothing[0]", "tests.test_adder::test_nothing[5]"),
        "AC-3": ("tests.test_adder::test_speed",),
        "AC-4": ("tests.test_adder.TestText::test_it",),
    }
    assert report.summary.endswith("4/5 proven")
    (finding,) = report.findings
    assert (finding.id, finding.criterion, finding.severity) == (
        "criterion-unproven:AC-5",
        "AC-5",
        Severity.WARNING,
    )
    assert report.all_tests_passed is True


async def test_a_profile_may_ask_for_every_proof(bench: Bench) -> None:
    report = await _tested(bench, options='unproven = "block"\n')
    assert [finding.severity for finding in report.findings] == [Severity.ERROR]


@pytest.mark.parametrize("place", ["proofs", "output"])
async def test_what_the_code_writer_claims_counts_where_the_test_ran_and_passed(bench: Bench, place: str) -> None:
    claims = {"AC-5": ["tests/test_adder.py::test_plain", "tests/test_adder.py::test_gone"], "AC-9": ["test_plain"]}
    told = {"proofs": claims} if place == "proofs" else {"output": {"proofs": claims}}
    report = await _tested(bench, inputs={Phase.IMPLEMENTATION: told})
    assert report.proofs["AC-5"] == ("tests.test_adder::test_plain",)
    assert report.findings == ()


async def test_a_claim_of_a_test_that_was_skipped_or_never_ran_proves_nothing(bench: Bench) -> None:
    tests = TESTS.replace("def test_plain", "@pytest.mark.skip\ndef test_plain")
    claims = {"AC-5": ["test_plain", "test_made_up"]}
    report = await _tested(bench, tests, inputs={Phase.IMPLEMENTATION: {"proofs": claims}})
    assert [finding.id for finding in report.findings] == ["criterion-unproven:AC-5"]


async def test_a_failed_test_is_a_finding_of_the_criterion_that_it_names(bench: Bench) -> None:
    report = await _tested(bench, TESTS.replace("== n", "== n + n"))
    told = [(finding.id, finding.criterion, finding.evidence) for finding in report.findings]
    assert told == [
        ("test-1", "AC-2", "tests.test_adder::test_nothing[5]"),
        ("criterion-unproven:AC-5", "AC-5", None),
    ]
    assert "AC-2" not in report.proofs


async def test_criteria_are_those_that_discovery_and_planning_reported(bench: Bench) -> None:
    told = {"output": {"acceptance_criteria": [{"id": "REQ-1", "text": "adds"}, "is quick"]}}
    tests = TESTS.replace("test_ac_1", "test_req1")
    report = await _tested(bench, tests, inputs={Phase.DISCOVERY: told, Phase.PLANNING: {"output": {"steps": []}}})
    assert report.proofs == {"REQ-1": ("tests.test_adder::test_req1_it_adds",), "AC-2": report.proofs["AC-2"]}
    assert report.findings == ()


async def test_where_nothing_was_run_nothing_is_said_of_proofs(bench: Bench) -> None:
    report = await _tested(bench, "x = 1\n")
    assert [finding.id for finding in report.findings] == ["tests-none"]
    assert report.proofs == {}
