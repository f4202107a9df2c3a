"""Projects in other languages than Python, carried by the profiles that docs/evidence.md shows."""

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.orders import an_order
from tests.pages import page

EXAMPLES = Path(__file__).parents[2] / "examples"
EVIDENCE = page("docs/evidence.md")


def _files(example: str) -> dict[str, str]:
    folder = EXAMPLES / example
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _profile(bench: Bench, name: str) -> None:
    (text,) = EVIDENCE.fenced("toml", name)
    (bench.folder / "profiles").mkdir(exist_ok=True)
    (bench.folder / "profiles" / "local.toml").write_text(text)


async def _performed(bench: Bench, phase: Phase, example: str, commit: str, base: str) -> PhaseReport:
    request = (EXAMPLES / example / "request.md").read_text()
    testing = {"evidence": [{"name": "tests", "commit": commit}]}
    order = an_order(
        phase, requirements=request, commit=commit, base_commit=base, number=5, inputs={Phase.TESTING: testing}
    )
    return await bench.perform(order)


@pytest.mark.parametrize(
    ("program", "profile", "example", "tests", "version", "proven"),
    [
        ("node", "node.toml", "node-rates", 2, "v", "convert::names a currency without a rate"),
        ("go", "go.toml", "go-rates", 4, "go version go", "example.com/rates::TestACurrencyWithoutARateIsNamed"),
    ],
)
async def test_a_project_is_tested_verified_and_released(
    bench: Bench, program: str, profile: str, example: str, tests: int, version: str, proven: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    _profile(bench, profile)
    base = (await (await bench.workspace()).head()).sha
    commit = await bench.committed(_files(example))
    report = await _performed(bench, Phase.TESTING, example, commit, base)
    assert (report.tests_run, report.tests_failed, report.findings) == (tests, 0, ()), report
    assert (report.test_coverage, report.all_tests_passed) == (100, True)
    (evidence,) = report.evidence
    assert evidence.tools[program].startswith(version)
    assert "python" not in evidence.tools
    assert set(report.proofs) == {"AC-1", "AC-2"}
    assert report.proofs["AC-2"] == (proven,)
    report = await _performed(bench, Phase.VERIFICATION, example, commit, base)
    assert (report.approved_for_deployment, report.findings) == (True, ())
    assert [one.name for one in report.evidence] == ["dilution"]
    if program == "go":
        return  # it would only build everything once more
    report = await _performed(bench, Phase.DEPLOYMENT, example, commit, base)
    assert (report.deployment_successful, report.output["name"]) == (True, "rates")


async def test_a_node_project_with_a_failing_test_and_a_script_that_nobody_loads(bench: Bench) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    _profile(bench, "node.toml")
    base = (await (await bench.workspace()).head()).sha
    files = _files("node-rates")
    broken = files["src/rates.js"].replace("100 * amount", "10 * amount")
    commit = await bench.committed(files | {"src/rates.js": broken, "src/unused.js": "export const x = 1;\n" * 11})
    report = await _performed(bench, Phase.TESTING, "node-rates", commit, base)
    assert report.tests_failed == 1
    assert 50 < (report.test_coverage or 0) < 70
    assert [(finding.evidence, finding.criterion) for finding in report.findings] == [
        ("convert::AC-1: gives the amount in the other currency, in cents", "AC-1")
    ]


SCANNER = """
import json, sys
finding = {"ruleId": "no-eval", "level": sys.argv[2], "message": {"text": "eval is evil"},
           "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/rates.js"},
                                               "region": {"startLine": 2}}}]}
run = {"tool": {"driver": {"name": "Looker", "version": "3.1"}}, "results": [finding]}
json.dump({"version": "2.1.0", "runs": [run]}, open(sys.argv[1], "w"))
sys.exit(1)
"""


@pytest.mark.parametrize(("level", "approved"), [("error", False), ("warning", True)])
async def test_a_scanner_that_writes_sarif_is_believed_and_not_its_exit_code(
    bench: Bench, level: str, approved: bool
) -> None:
    command = f'sarif = [["{{python}}", "look.py", "{{sarif}}", "{level}"]]'
    bench.profile(verification_overseer=f'runner = "toolchain"\nruff = false\nbandit = false\n{command}')
    commit = await bench.committed({"look.py": dedent(SCANNER), "src/rates.js": "\neval(1)\n"})
    report = await _performed(bench, Phase.VERIFICATION, "node-rates", commit, commit)
    assert report.approved_for_deployment is approved
    (finding,) = report.findings
    assert (finding.evidence, finding.path, finding.line) == ("looker:no-eval", "src/rates.js", 2)
    (evidence, _) = report.evidence
    assert (evidence.name, evidence.tools["looker"], evidence.exit_code) == ("sarif-1", "3.1", 1)


async def test_a_scanner_that_writes_nothing_holds_the_work(bench: Bench) -> None:
    bench.profile(verification_overseer='runner = "toolchain"\nsarif = [["{python}", "-c", "print(1)", "{sarif}"]]')
    commit = await bench.committed({"README.md": "x\n"})
    report = await _performed(bench, Phase.VERIFICATION, "node-rates", commit, commit)
    assert [finding.id for finding in report.findings] == ["sarif-1-no-evidence"]
    assert report.approved_for_deployment is False
