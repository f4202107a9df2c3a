"""Roles that programs play over evidence which Baton executes itself."""

import json
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.reports import PhaseReport, Severity, Usage
from baton.domain.vocabulary import Phase, Verdict
from tests.activities.conftest import Bench
from tests.activities.projects import BROKEN, GOOD
from tests.orders import an_order

PLUGINS = 'set_env = { PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }\n'
OPINION = """
import json, os, sys
order = json.load(sys.stdin)
open("note.txt", "w").write("what a judge writes")
executed = order["inputs"][order["phase"]]
report = json.loads(sys.argv[1])
report["seen"] = [executed["summary"], len(executed["evidence"])]
print(json.dumps(report))
"""


def _plays(role: str, opinion: dict[str, Any], bench: Bench, checks: str = "", program: str = OPINION) -> None:
    file = bench.folder / "programs" / "judge.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(program)
    words = json.dumps(opinion).replace("{", "{{").replace("}", "}}")
    command = f'runner = "command"\nreadable = ["{file.parent}"]\n'
    command += f"command = ['{{python}}', '{file}', '{words}']\n"
    bench.profile(**{role: f"{command}[roles.{role}.checks]\n{checks}"})


async def _tested(bench: Bench, opinion: dict[str, Any], files: dict[str, str] = GOOD, checks: str = "") -> PhaseReport:
    _plays("test_auditor", opinion, bench, PLUGINS + checks)
    # A number of its own: the report of an order is kept, and the same order gets the same one.
    order = an_order(Phase.TESTING, commit=await bench.committed(files), number=len(checks) + 1)
    return await bench.perform(order)


async def test_numbers_and_evidence_are_executed_whatever_is_reported(bench: Bench) -> None:
    lies = {
        "tests_run": 900,
        "tests_failed": 3,
        "all_tests_passed": False,
        "test_coverage": 7,
        "evidence": [{"name": "trust me", "commit": "0" * 40}],
        "proofs": {"AC-1": ["all of them"]},
        "verdict": "passed",
        "summary": "All is well",
        "usage": {"requests": 2, "input_tokens": 5},
    }
    report = await _tested(bench, lies)
    assert (report.tests_run, report.tests_failed, report.all_tests_passed, report.test_coverage) == (2, 0, True, 100)
    assert [(one.name, one.commit) for one in report.evidence] == [("tests", report.commit)]
    assert (report.proofs, report.verdict) == ({}, None)
    assert report.summary.endswith("; All is well")
    assert report.usage == Usage(requests=2, input_tokens=5)


async def test_the_program_sees_what_was_executed_and_its_changes_are_undone(bench: Bench) -> None:
    report = await _tested(bench, {})
    assert (report.model_extra or {})["seen"] == ["2 tests, 0 failed, coverage 100.0 %, 0/1 proven", 1]
    files = await (await bench.workspace()).files(report.commit or "")
    assert sorted(entry.path for entry in files) == sorted(GOOD)


async def test_a_finding_keeps_the_references_that_hold(bench: Bench) -> None:
    told = [
        {"message": "no zero", "criterion": "AC-1"},
        {"message": "too plain", "evidence": "tests/test_adder.py::test_one"},
        {"message": "no such thing", "criterion": "AC-9", "evidence": "tests/test_gone.py::test_x"},
        {"message": "half", "criterion": "AC-9", "evidence": "tests"},
        {"message": "I do not like it", "id": "dilution-test-deleted:x::y"},
        {"message": "a hint", "criterion": "AC-1", "severity": "info"},
    ]
    report = await _tested(bench, {"findings": told, "verdict": "rejected"})
    found = {finding.message.partition(" (")[0]: finding for finding in report.findings}
    held = [message for message, finding in found.items() if finding.severity is Severity.ERROR]
    assert held == ["no zero", "too plain", "half"]
    assert found["too plain"].evidence == "tests.test_adder::test_one"
    dropped = found["no such thing"]
    assert (dropped.criterion, dropped.evidence) == (None, None)
    assert "no criterion is called 'AC-9'; nothing that was executed is called" in dropped.message
    assert found["I do not like it"].id == "opinion-dilution-test-deleted:x::y"
    assert report.verdict is Verdict.REJECTED


async def test_a_rejection_without_grounds_is_an_opinion(bench: Bench) -> None:
    report = await _tested(bench, {"verdict": "rejected", "summary": "It smells"})
    assert report.verdict is None
    finding = report.findings[-1]
    assert (finding.id, finding.severity) == ("opinion-rejected", Severity.WARNING)
    assert "It smells" in finding.message


async def test_nobody_is_asked_about_work_that_goes_back_anyway(bench: Bench) -> None:
    report = await _tested(bench, {"summary": "asked"}, BROKEN)
    assert (report.tests_failed, report.summary) == (2, "2 tests, 2 failed, coverage 100.0 %, 0/1 proven")
    report = await _tested(bench, {"summary": "asked"}, BROKEN, 'ask = "always"\n')
    assert report.summary.endswith("; asked")


async def test_a_verification_overseer_is_held_to_what_was_found(bench: Bench) -> None:
    _plays("verification_overseer", {"approved_for_deployment": True}, bench, 'ask = "always"\n')
    commit = await bench.committed(GOOD | {"src/bad.py": "import os\n"})
    inputs = {Phase.TESTING: {"evidence": [{"name": "tests", "commit": commit}]}}
    report = await bench.perform(an_order(Phase.VERIFICATION, commit=commit, inputs=inputs))
    assert report.approved_for_deployment is False
    assert report.findings[0].evidence == "ruff:F401"
    _plays("verification_overseer", {"approved_for_deployment": False, "summary": "No"}, bench)
    commit = await bench.committed(GOOD)
    inputs = {Phase.TESTING: {"evidence": [{"name": "tests", "commit": commit}]}}
    report = await bench.perform(an_order(Phase.VERIFICATION, commit=commit, inputs=inputs))
    assert report.approved_for_deployment is True
    assert report.findings[-1].id == "opinion-rejected"


async def test_a_program_that_fails_is_a_failure_and_no_report(bench: Bench) -> None:
    _plays("test_auditor", {}, bench, PLUGINS, program="import sys\nsys.exit('no login')\n")
    with pytest.raises(ApplicationError, match="no login") as error:
        await bench.perform(an_order(Phase.TESTING, commit=await bench.committed(GOOD)))
    assert error.value.type == "runner_failed"
