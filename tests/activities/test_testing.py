"""The test auditor of the toolchain: real pytest runs, judged by their evidence."""

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.gates import judge
from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from baton.runners.catalogue import Profiles
from tests.activities.conftest import Bench
from tests.activities.projects import BROKEN, GOOD, TOOLCHAIN
from tests.installed import declared_runners
from tests.orders import an_order


async def _tested(bench: Bench, files: dict[str, str], options: str = "") -> PhaseReport:
    bench.profile(test_auditor=TOOLCHAIN + options)
    order = an_order(Phase.TESTING, commit=await bench.committed(files), requirements="# Adder")
    return await bench.perform(order)


def _passes(bench: Bench, report: PhaseReport) -> bool:
    terms = Profiles(bench.folder / "profiles", declared_runners()).load("local").terms()
    return judge(Phase.TESTING, report, terms, report.commit).passed


async def test_a_good_project_passes_with_evidence(bench: Bench) -> None:
    report = await _tested(bench, GOOD)
    assert (report.tests_run, report.tests_failed, report.all_tests_passed) == (2, 0, True)
    assert (report.test_coverage, report.findings) == (100, ())
    (evidence,) = report.evidence
    assert (evidence.commit, evidence.tree, evidence.exit_code) == (report.commit, report.tree, 0)
    assert evidence.counts == {"tests": 2, "passed": 2, "failed": 0, "errors": 0, "skipped": 0, "coverage": 100}
    assert set(evidence.tools) == {"python", "pytest", "coverage"}
    assert evidence.sandbox in ("bubblewrap", "limits")
    assert _passes(bench, report)


async def test_a_failing_test_becomes_one_finding(bench: Bench) -> None:
    report = await _tested(bench, BROKEN)
    assert (report.tests_run, report.tests_failed, report.all_tests_passed) == (2, 2, False)
    first, second = report.findings
    assert first.evidence == "tests.test_adder::test_one"
    assert "assert -1 == 3" in first.message
    assert second.evidence == "tests.test_adder::test_two"
    assert (
        "return a - b" in (first.model_extra or {})["detail"]
        or "assert add(1, 2) == 3" in (first.model_extra or {})["detail"]
    )
    assert not _passes(bench, report)


async def test_the_workspace_is_not_touched_by_the_tests(bench: Bench) -> None:
    test = "from pathlib import Path\n\ndef test_wild():\n    Path('src/adder.py').write_text('gone')\n"
    report = await _tested(bench, GOOD | {"tests/test_wild.py": test})
    assert report.tests_run == 3
    assert await (await bench.workspace()).read(report.commit or "", "src/adder.py") == GOOD["src/adder.py"].encode()


async def test_a_message_of_megabytes_is_cut(bench: Bench) -> None:
    report = await _tested(bench, {"test_long.py": "def test_long():\n    raise ValueError('x' * 3_000_000)\n"})
    (finding,) = report.findings
    assert len(finding.message) < 1000


async def test_hundreds_of_failures_are_counted_and_the_first_are_told(bench: Bench) -> None:
    many = (
        "import pytest\n\n@pytest.mark.parametrize('n', range(300))\ndef test_many(n):\n    assert n < 0, 'x' * 5000\n"
    )
    report = await _tested(bench, {"test_many.py": many})
    assert report.tests_failed == 300
    assert len(report.findings) == 51
    assert report.findings[-1].message == "250 more failures are not listed"


async def test_tests_that_are_not_there_are_one_finding(bench: Bench) -> None:
    report = await _tested(bench, {"src/adder.py": "x = 1\n"})
    (finding,) = report.findings
    assert finding.message.startswith("no test was run")
    assert (report.tests_run, report.all_tests_passed) == (0, False)


async def test_tests_that_are_all_skipped_were_not_run(bench: Bench) -> None:
    skipped = "import pytest\n\n@pytest.mark.skip\ndef test_one():\n    pass\n"
    report = await _tested(bench, {"test_skipped.py": skipped})
    assert [finding.message for finding in report.findings] == ["no test was run: all 1 were skipped"]
    assert report.tests_run == 0


async def test_a_module_that_cannot_be_imported_is_a_finding(bench: Bench) -> None:
    report = await _tested(bench, GOOD | {"tests/test_broken.py": "import no_such_module\n"})
    assert report.tests_failed == 1
    assert "no_such_module" in report.findings[0].message + str(report.findings[0].model_extra)


async def test_exit_code_1_with_all_tests_green_is_a_finding(bench: Bench) -> None:
    hook = "def pytest_sessionfinish(session):\n    print('the licence server is away')\n    session.exitstatus = 1\n"
    report = await _tested(bench, GOOD | {"conftest.py": hook})
    (finding,) = report.findings
    assert finding.message.startswith("all 2 tests passed, but the test command ended with exit code 1")
    assert report.all_tests_passed is False


async def test_exit_code_0_with_failures_in_the_evidence_is_failed(bench: Bench) -> None:
    hook = "import os\n\ndef pytest_unconfigure(config):\n    os._exit(0)\n"
    report = await _tested(bench, BROKEN | {"conftest.py": hook})
    assert report.evidence[0].exit_code == 0
    assert (report.tests_failed, report.all_tests_passed) == (2, False)


async def test_tests_that_end_the_interpreter_leave_no_evidence(bench: Bench) -> None:
    report = await _tested(
        bench, {"test_exit.py": "import os\n\ndef test_exit():\n    print('bye')\n    os._exit(0)\n"}
    )
    (finding,) = report.findings
    assert finding.message.startswith("no test evidence: there is no JUnit report")
    assert "(exit code 0). Last lines:\n  | " in finding.message
    assert not _passes(bench, report)


async def test_tests_that_hang_are_stopped_and_told(bench: Bench) -> None:
    report = await _tested(bench, {"test_hang.py": "def test_hang():\n    while True: pass\n"}, 'timeout = "5s"')
    assert report.findings[0].message == "the tests had not ended after 4 s, and were stopped"
    assert report.all_tests_passed is False


async def test_code_that_no_test_imports_lowers_the_coverage(bench: Bench) -> None:
    report = await _tested(bench, GOOD | {"src/unused.py": "x = 1\ny = 2\n"})
    assert report.test_coverage == 50
    assert not _passes(bench, report)


async def test_branches_count(bench: Bench) -> None:
    branch = "def add(a, b):\n    if a is None:\n        a = 0\n    return a + b\n"
    report = await _tested(bench, GOOD | {"src/adder.py": branch})
    assert report.test_coverage == pytest.approx(66.67)


async def test_the_projects_own_coverage_settings_count(bench: Bench) -> None:
    own = GOOD["pyproject.toml"] + '[tool.coverage.run]\nsource = ["src"]\nomit = ["src/unused.py"]\nparallel = true\n'
    report = await _tested(bench, GOOD | {"pyproject.toml": own, "src/unused.py": "x = 1\n"})
    assert report.test_coverage == 100


async def test_a_project_that_measures_by_itself_is_measured_once(bench: Bench) -> None:
    own = GOOD["pyproject.toml"] + '[tool.pytest.ini_options]\naddopts = "--cov=src --cov-fail-under=100"\n'
    bench.profile(test_auditor='runner = "toolchain"')
    commit = await bench.committed(GOOD | {"pyproject.toml": own})
    report = await bench.perform(an_order(Phase.TESTING, commit=commit))
    assert (report.all_tests_passed, report.test_coverage) == (True, 100)


async def test_a_command_of_the_profile_is_run_instead(bench: Bench) -> None:
    script = """
    import sys
    open(sys.argv[1], "w").write('<testsuite><testcase classname="c" name="n"/></testsuite>')
    """
    options = 'test = ["{python}", "check.py", "{junit}"]'
    report = await _tested(bench, {"check.py": script}, options)
    assert (report.tests_run, report.all_tests_passed, report.test_coverage) == (1, True, None)
    assert report.evidence[0].command == ("{python}", "check.py", "{junit}")
    assert not _passes(bench, report)


async def test_a_hostile_junit_file_is_no_evidence(bench: Bench) -> None:
    script = """
    import sys
    open(sys.argv[1], "w").write('<!DOCTYPE x [<!ENTITY e "e">]><testsuite><testcase name="&e;"/></testsuite>')
    """
    report = await _tested(bench, {"check.py": script}, 'test = ["{python}", "check.py", "{junit}"]')
    assert "refused as hostile XML" in report.findings[0].message


async def test_a_link_out_of_the_tree_is_a_finding(bench: Bench) -> None:
    bench.profile(test_auditor='runner = "toolchain"')
    await bench.committed(GOOD)
    workspace = await bench.workspace()
    (workspace.tree / "secrets").symlink_to("/etc")
    commit = (await workspace.commit("Link", author="Test")).sha
    report = await bench.perform(an_order(Phase.TESTING, commit=commit))
    assert [finding.id for finding in report.findings] == ["unsafe-link"]


async def test_a_sandbox_that_is_required_and_not_there_is_no_reason_to_retry(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from baton.workshop import sandbox
    from baton.workshop._bubblewrap import SandboxReport

    monkeypatch.setattr(sandbox, "probe", lambda: SandboxReport(False, "bubblewrap", None, "bwrap is not installed"))
    bench.profile(test_auditor='runner = "toolchain"\nsandbox = "require"')
    with pytest.raises(ApplicationError, match="bwrap is not installed") as error:
        await bench.perform(an_order(Phase.TESTING, commit=await bench.committed(GOOD)))
    assert (error.value.type, error.value.non_retryable) == ("sandbox_unavailable", True)
