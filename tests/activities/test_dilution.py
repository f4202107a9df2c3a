"""Weakened tests and checks, found between commits of a real workspace, and told by the verification overseer."""

from collections.abc import Mapping
from typing import Any

from baton.domain.reports import Finding, PhaseReport, Severity
from baton.domain.terms import Dilution
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import ADDER, GOOD, TESTS
from tests.orders import an_order

QUIET = 'runner = "toolchain"\nruff = false\nbandit = false\n'
WEAKER = GOOD | {"tests/test_adder.py": TESTS.replace("def test_two", "def two")}
DELETED = "dilution-test-deleted:tests/test_adder.py::test_two"


async def _verified(bench: Bench, base: str | None, commit: str, **fields: Any) -> PhaseReport:
    bench.profile(verification_overseer=QUIET)
    testing = {"evidence": [{"name": "tests", "commit": commit}]}
    order = an_order(Phase.VERIFICATION, commit=commit, base_commit=base, inputs={Phase.TESTING: testing}, **fields)
    return await bench.perform(order)


async def _between(bench: Bench, before: Mapping[str, str], after: Mapping[str, str], **fields: Any) -> PhaseReport:
    base = await bench.committed(before) if before else (await (await bench.workspace()).head()).sha
    return await _verified(bench, base, await bench.committed(after), **fields)


def _ids(report: PhaseReport) -> list[str]:
    return [finding.id for finding in report.findings]


async def test_a_commit_that_is_checked_as_well_as_before_is_approved_with_evidence(bench: Bench) -> None:
    report = await _between(bench, GOOD, GOOD | {"src/more.py": "x = 1\n"})
    assert (report.approved_for_deployment, report.findings) == (True, ())
    (evidence,) = report.evidence
    assert (evidence.name, evidence.commit, evidence.tree) == ("dilution", report.commit, report.tree)
    assert evidence.counts == {"findings": 0}
    assert (evidence.model_extra or {})["base"] != report.commit


async def test_a_deleted_test_holds_the_work_and_can_be_told_from_others(bench: Bench) -> None:
    report = await _between(bench, GOOD, WEAKER)
    assert report.approved_for_deployment is False
    (finding,) = report.findings
    assert (finding.id, finding.evidence, finding.severity) == (DELETED, "dilution:test-deleted", Severity.ERROR)
    assert "assert add(-1, 1) == 0" in (finding.model_extra or {})["detail"]
    assert report.evidence[0].counts == {"findings": 1, "test-deleted": 1}
    again = await _verified(bench, (report.evidence[0].model_extra or {})["base"], report.commit or "")
    assert _ids(again) == [DELETED]


async def test_a_profile_may_have_it_told_only(bench: Bench) -> None:
    report = await _between(bench, GOOD, WEAKER, dilution=Dilution.TELL)
    assert report.approved_for_deployment is True
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]


async def test_a_waived_finding_is_told_as_such_and_holds_nothing(bench: Bench) -> None:
    report = await _between(bench, GOOD, WEAKER, waived=(DELETED,))
    assert report.approved_for_deployment is True
    (finding,) = report.findings
    assert finding.severity is Severity.WARNING
    assert "an approver waived it" in finding.message


async def test_a_build_that_began_with_nothing_may_write_what_tests_it_likes(bench: Bench) -> None:
    report = await _between(bench, {}, GOOD)
    assert (report.approved_for_deployment, report.findings) == (True, ())


async def test_settings_that_nobody_asked_for_hold_a_build_that_began_with_nothing(bench: Bench) -> None:
    settings = '[tool.coverage.run]\nomit = ["*"]\n\n[tool.ruff.lint]\nignore = ["ALL"]\n'
    report = await _between(bench, {}, GOOD | {"pyproject.toml": GOOD["pyproject.toml"] + settings})
    assert report.approved_for_deployment is False
    assert _ids(report) == [
        "dilution-coverage-config:pyproject.toml::tool.coverage.run.omit:*",
        "dilution-lint-config:pyproject.toml::ruff.ignore:ALL",
    ]


async def test_a_test_that_an_earlier_phase_of_the_build_handed_on_is_not_mended_by_being_deleted(
    bench: Bench,
) -> None:
    workspace = await bench.workspace()
    base = (await workspace.head()).sha
    await bench.committed(GOOD)
    # As the activity writes it when a phase has ended.
    (workspace.tree / "README.md").write_text("Adder\n")
    await workspace.commit("Implementation of adder-1\n\nBuild: adder-1\nPhase-run: 3\n", author="Test")
    assert _ids(await _verified(bench, base, await bench.committed(WEAKER))) == [DELETED]


async def test_commits_that_people_made_on_the_way_do_not_count(bench: Bench) -> None:
    base = (await (await bench.workspace()).head()).sha
    await bench.committed(GOOD)
    assert _ids(await _verified(bench, base, await bench.committed(WEAKER))) == []


async def test_without_a_known_beginning_nothing_is_compared(bench: Bench) -> None:
    report = await _verified(bench, None, await bench.committed(WEAKER))
    assert (report.approved_for_deployment, report.findings, report.evidence) == (True, (), ())


async def test_links_large_files_and_odd_names_are_no_stumbling_blocks(bench: Bench) -> None:
    workspace = await bench.workspace()
    base = await bench.committed(GOOD | {"tests/test_big.py": "x = 1\n", "tests/test_\n'ö.py": TESTS})
    (workspace.tree / "tests" / "test_big.py").write_text("#" * 3_000_000)
    (workspace.tree / "tests" / "test_adder.py").unlink()
    (workspace.tree / "tests" / "test_adder.py").symlink_to("test_big.py")
    (workspace.tree / "tests" / "test_\n'ö.py").write_text(ADDER)
    commit = (await workspace.commit("Odd", author="Test")).sha
    report = await _verified(bench, base, commit)
    assert sorted(_ids(report)) == [
        "dilution-not-compared:tests/test_big.py::size",
        "dilution-test-deleted:tests/test_ 'ö.py::(whole file)",
        "dilution-test-deleted:tests/test_adder.py::(whole file)",
    ]


async def test_an_id_is_never_too_long_to_be_typed_into_a_command(bench: Bench) -> None:
    names = [f"test_{'very_' * 60}long_{number}" for number in range(2)]
    tests = "".join(f"def {name}():\n    assert {number} > -1\n\n\n" for number, name in enumerate(names))
    report = await _between(bench, GOOD | {"tests/test_long.py": tests + TESTS}, GOOD | {"tests/test_long.py": TESTS})
    found: list[Finding] = list(report.findings)
    assert len({finding.id for finding in found}) == 2
    assert {len(finding.id) for finding in found} == {200}
