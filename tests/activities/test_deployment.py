"""The release manager of the toolchain: archives that are packed, proven, delivered and tagged."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from baton.workshop import archive
from tests.activities.conftest import Bench, appeared
from tests.activities.projects import BROKEN, GOOD, TOOLCHAIN
from tests.orders import an_order

DELIVERY = '[roles.release_manager.delivery]\nsandbox = "off"\n'


async def _deployed(bench: Bench, files: dict[str, str], options: str = "", number: int = 6) -> PhaseReport:
    bench.profile(release_manager=TOOLCHAIN + options)
    return await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(files), number=number))


def _say(word: str, path: Path, *, exit_code: int = 0) -> str:
    """A command, as TOML, that notes its word in a file and ends."""
    program = f"import sys; open('{path}', 'a').write('{word} '); print('{word} said'); sys.exit({exit_code})"
    return f'["{{python}}", "-c", "{program}"]'


async def test_a_release_is_an_archive_that_can_be_checked(bench: Bench) -> None:
    report = await _deployed(bench, GOOD)
    assert report.deployment_successful is True
    path = bench.releases / "adder-1" / "adder-1.2.0.tar.gz"
    assert report.output["archive"] == str(path)
    assert report.output["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = archive.verify(path)
    assert (manifest.name, manifest.version, manifest.commit) == ("adder", "1.2.0", report.commit)
    assert manifest.journal_head == "ab" * 32
    assert sorted(manifest.files) == sorted(GOOD)
    (evidence,) = report.evidence
    assert (evidence.name, evidence.counts["passed"]) == ("tests of the release", 2)


async def test_the_commit_is_tagged_and_again_the_same_bytes(bench: Bench) -> None:
    first = await _deployed(bench, GOOD)
    again = await bench.perform(an_order(Phase.DEPLOYMENT, commit=first.commit, number=8))
    assert again.output == first.output
    workspace = await bench.workspace()
    assert (await workspace._commit("refs/tags/baton/adder-1")).sha == first.commit


async def test_without_a_project_file_the_build_gives_the_name(bench: Bench) -> None:
    report = await _deployed(bench, {"adder.py": "x = 1\n", "test_adder.py": "def test_x():\n    import adder\n"})
    assert Path(report.output["archive"]).name == f"adder-1-0.0.0+{(report.commit or '')[:7]}.tar.gz"


async def test_a_name_that_is_a_path_is_not_taken(bench: Bench) -> None:
    hostile = {"pyproject.toml": '[project]\nname = "../../evil"\nversion = "1/../2"\n'}
    report = await _deployed(bench, GOOD | hostile)
    assert Path(report.output["archive"]).parent == bench.releases / "adder-1"
    assert Path(report.output["archive"]).name.startswith("adder-1-0.0.0+")


async def test_a_release_whose_tests_fail_is_withdrawn(bench: Bench) -> None:
    report = await _deployed(bench, BROKEN)
    assert report.deployment_successful is False
    assert [finding.evidence for finding in report.findings] == [
        "tests.test_adder::test_one",
        "tests.test_adder::test_two",
    ]
    assert list((bench.releases / "adder-1").iterdir()) == []


async def test_what_must_not_be_packed_is_a_finding(bench: Bench) -> None:
    report = await _deployed(bench, GOOD | {"MANIFEST.json": "{}"})
    assert (report.deployment_successful, [finding.id for finding in report.findings]) == (False, ["archive"])


async def test_deploy_and_smoke_are_run_in_order(bench: Bench) -> None:
    said = bench.folder / "said"
    options = DELIVERY + f"deploy = [{_say('one', said)}, {_say('two', said)}]\nsmoke = [{_say('three', said)}]\n"
    report = await _deployed(bench, GOOD, options + f"undo = [{_say('never', said)}]\n")
    assert report.deployment_successful is True
    assert said.read_text() == "one two three "
    assert [one.name for one in report.evidence[1:]] == ["deploy-1", "deploy-2", "smoke-1"]


async def test_a_failed_smoke_test_is_undone_and_told(bench: Bench) -> None:
    said = bench.folder / "said"
    options = (
        DELIVERY + f"deploy = [{_say('one', said)}]\nsmoke = [{_say('two', said, exit_code=4)}, {_say('not', said)}]\n"
    )
    report = await _deployed(
        bench, GOOD, options + f"undo = [{_say('back', said, exit_code=1)}, {_say('end', said)}]\n"
    )
    assert report.deployment_successful is False
    assert said.read_text() == "one two back end "
    assert [finding.evidence for finding in report.findings] == ["smoke-1", "undo-1"]
    assert report.findings[0].message == "smoke-1 ('{python}') ended with exit code 4. Its last lines:\n  | two said"


async def test_commands_get_the_archive_and_a_key_and_only_them_the_credentials(bench: Bench) -> None:
    bench.environment = {**bench.environment, "TOKEN": "t-123456"}
    seen = bench.folder / "seen"
    spy = "import os\n\ndef test_spy():\n    assert 'TOKEN' not in os.environ\n"
    told = "[*sys.argv[1:], os.environ['BATON_DELIVERY_KEY'], os.environ['TOKEN']]"
    program = f"import os, sys; open('{seen}', 'w').write(' '.join({told}))"
    deploy = f'deploy = [["{{python}}", "-c", "{program}", "{{archive}}", "{{version}}"]]\nenv = ["TOKEN"]\n'
    report = await _deployed(bench, GOOD | {"tests/test_spy.py": spy}, DELIVERY + deploy)
    assert report.deployment_successful is True
    assert seen.read_text() == f"{report.output['archive']} 1.2.0 adder-1:6:deploy-1 t-123456"


async def test_what_was_deployed_before_the_worker_died_is_not_deployed_again(bench: Bench) -> None:
    said, waiting = bench.folder / "said", bench.folder / "waiting"
    wait = f"import pathlib, time; w = pathlib.Path('{waiting}'); w.exists() or (w.touch(), time.sleep(600))"
    options = DELIVERY + f"""deploy = [{_say("one", said)}]\nsmoke = [["{{python}}", "-c", "{wait}"]]\n"""
    bench.profile(release_manager=TOOLCHAIN + options)
    order = an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD), number=6)
    environment = ActivityEnvironment()
    first = asyncio.create_task(bench.perform(order, environment))
    await appeared(waiting)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    report = await bench.perform(order)
    assert report.deployment_successful is True
    assert said.read_text() == "one "
    assert [one.name for one in report.evidence[1:]] == ["deploy-1", "smoke-1"]
