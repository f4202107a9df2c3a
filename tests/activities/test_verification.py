"""The verification overseer of the toolchain: real linters, and evidence that has to be for the commit."""

from typing import Any

import pytest

from baton.domain.reports import PhaseReport, Severity
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD
from tests.orders import an_order


async def _verified(
    bench: Bench, files: dict[str, str], options: str = "", testing: dict[str, Any] | None = None
) -> PhaseReport:
    bench.profile(verification_overseer=f'runner = "toolchain"\n{options}')
    commit = await bench.committed(files)
    if testing is None:
        testing = {"evidence": [{"name": "tests", "commit": commit}]}
    return await bench.perform(an_order(Phase.VERIFICATION, commit=commit, inputs={Phase.TESTING: testing}))


async def test_a_clean_commit_with_its_evidence_is_approved(bench: Bench) -> None:
    report = await _verified(bench, GOOD)
    assert report.approved_for_deployment is True
    assert [finding for finding in report.findings if finding.severity is Severity.ERROR] == []
    assert [(one.name, one.commit, one.exit_code) for one in report.evidence] == [
        ("ruff", report.commit, 0),
        ("bandit", report.commit, 0),
    ]


async def test_what_ruff_and_bandit_find_is_told_with_place_and_rule(bench: Bench) -> None:
    bad = "import os\nimport subprocess\n\n\ndef run(x):\n    subprocess.call(x, shell=True)\n    assert x\n"
    report = await _verified(bench, GOOD | {"src/bad.py": bad})
    assert report.approved_for_deployment is False
    told = {(finding.evidence, finding.path, finding.line): finding.severity.value for finding in report.findings}
    assert told["ruff:F401", "src/bad.py", 1] == "error"
    assert told["bandit:B602", "src/bad.py", 6] == "error"
    assert told["bandit:B101", "src/bad.py", 7] == "warning"
    assert report.findings[0].severity is Severity.ERROR
    assert report.findings[-1].severity is Severity.WARNING


async def test_the_profile_says_which_findings_hold(bench: Bench) -> None:
    bad = "import os\n\n\ndef run(x):\n    assert x\n"
    report = await _verified(bench, {"bad.py": bad}, 'ruff_warnings = ["F"]\nbandit_errors = ["low"]')
    assert {finding.evidence: finding.severity.value for finding in report.findings} == {
        "ruff:F401": "warning",
        "bandit:B101": "error",
    }


async def test_a_file_that_is_no_python_is_not_clean(bench: Bench) -> None:
    report = await _verified(bench, {"broken.py": "def (:\n"})
    assert report.approved_for_deployment is False
    assert {"ruff:invalid-syntax", "bandit"} <= {finding.evidence for finding in report.findings}


@pytest.mark.parametrize(
    ("testing", "told"),
    [
        ({}, "handed on no evidence"),
        ({"evidence": []}, "handed on no evidence"),
        ({"evidence": "yes"}, "handed on no evidence"),
        ({"evidence": [{"name": "tests"}]}, "is for no commit that it names"),
        (
            {"evidence": [{"name": "tests", "commit": "0" * 40}]},
            "is for commit 000000000000; what is to be released is",
        ),
    ],
)
async def test_evidence_that_is_missing_or_for_another_commit_is_refused(
    bench: Bench, testing: dict[str, Any], told: str
) -> None:
    report = await _verified(bench, {"README.md": "x"}, "ruff = false\nbandit = false", testing)
    assert report.approved_for_deployment is False
    (finding,) = report.findings
    assert told in finding.message


async def test_hundreds_of_findings_are_capped_errors_first(bench: Bench) -> None:
    bad = "".join(f"import module_{number}\n" for number in range(400))
    report = await _verified(bench, {"bad.py": bad}, "bandit = false")
    assert len(report.findings) == 101
    assert report.findings[-1].message == "300 more findings are not listed"
    assert report.findings[-1].severity is Severity.ERROR


async def test_what_a_scanner_found_before_the_build_began_holds_nothing(bench: Bench) -> None:
    old = "import os\n\n\ndef run(x):\n    return x\n"
    began = await bench.committed(GOOD | {"old.py": old})
    moved = '"""What is old."""\n\n' + old
    commit = await bench.committed(GOOD | {"old.py": moved, "new.py": "import os\n"})
    testing = {"evidence": [{"name": "tests", "commit": commit}]}
    order = an_order(Phase.VERIFICATION, commit=commit, inputs={Phase.TESTING: testing})
    report = await bench.perform(order.model_copy(update={"base_commit": began}))
    assert report.approved_for_deployment is False
    told = {(one.path, one.line): one for one in report.findings if one.evidence == "ruff:F401"}
    assert told["old.py", 3].severity is Severity.WARNING
    assert told["old.py", 3].message.endswith("it was there before the build began")
    assert told["new.py", 1].severity is Severity.ERROR


async def test_one_more_of_what_was_there_before_holds_the_work(bench: Bench) -> None:
    began = await bench.committed({"old.py": "def a():\n    x = 1\n"})
    commit = await bench.committed({"old.py": "def a():\n    x = 1\n\n\ndef b():\n    x = 1\n"})
    testing = {"evidence": [{"name": "tests", "commit": commit}]}
    order = an_order(Phase.VERIFICATION, commit=commit, inputs={Phase.TESTING: testing})
    report = await bench.perform(order.model_copy(update={"base_commit": began}))
    assert [one.severity.value for one in report.findings if one.evidence == "ruff:F841"] == ["error", "warning"]
