"""Delivery by the profile's commands: once, with credentials of their own, and taken back when it fails."""

import asyncio
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench, appeared
from tests.activities.deliveries import DELIVERY, say
from tests.activities.projects import GOOD, QUICK, TOOLCHAIN
from tests.orders import a_compensation, an_order


async def _deployed(bench: Bench, options: str) -> PhaseReport:
    bench.profile(release_manager=QUICK + DELIVERY + options)
    return await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD), number=6))


@pytest.fixture
def said(bench: Bench) -> Path:
    """Where commands note their words."""
    file = bench.folder / "said"
    file.touch()
    return file


async def test_deploy_and_smoke_are_run_in_order(bench: Bench, said: Path) -> None:
    options = f"deploy = [{say('one', said)}, {say('two', said)}]\nsmoke = [{say('three', said)}]\n"
    report = await _deployed(bench, options + f"undo = [{say('never', said)}]\n")
    assert report.deployment_successful is True
    assert said.read_text() == "one two three "
    assert [one.name for one in report.evidence[1:]] == ["deploy-1", "deploy-2", "smoke-1"]
    assert report.compensations == ()


async def test_a_failed_smoke_test_is_undone_told_and_withdrawn(bench: Bench, said: Path) -> None:
    options = f"deploy = [{say('one', said)}]\nsmoke = [{say('two', said, exit_code=4)}, {say('not', said)}]\n"
    report = await _deployed(bench, options + f"undo = [{say('back', said)}, {say('end', said)}]\n")
    assert report.deployment_successful is False
    assert said.read_text() == "one two back end "
    (finding,) = report.findings
    assert (finding.id, finding.evidence) == ("delivery-smoke-1", "smoke-1")
    assert finding.message == "smoke-1 ('{python}') ended with exit code 4. Its last lines:\n  | two said"
    (undone,) = report.compensations
    assert (undone.phase, undone.succeeded) == (Phase.DEPLOYMENT, True)
    assert undone.message == "the delivery of adder 1.2.0 is undone"
    assert [(one.name, one.exit_code) for one in undone.evidence] == [("undo-1", 0), ("undo-2", 0)]
    assert list((bench.releases / "adder-1").iterdir()) == []


async def test_an_undo_that_fails_is_an_outcome_of_its_own(bench: Bench, said: Path) -> None:
    options = f"deploy = [{say('one', said, exit_code=3)}, {say('not', said)}]\nsmoke = [{say('nor', said)}]\n"
    report = await _deployed(bench, options + f"undo = [{say('back', said, exit_code=1)}, {say('end', said)}]\n")
    assert said.read_text() == "one back end "
    assert [finding.id for finding in report.findings] == ["delivery-deploy-1"]
    (undone,) = report.compensations
    assert undone.succeeded is False
    assert undone.message == "undo-1 ('{python}') ended with exit code 1. Its last lines:\n  | back said"
    assert [(one.name, one.exit_code) for one in undone.evidence] == [("undo-1", 1), ("undo-2", 0)]


@pytest.mark.parametrize("deploy", ["", 'deploy = [["no-such-program"]]\n'])
async def test_where_nothing_was_delivered_nothing_is_undone(bench: Bench, said: Path, deploy: str) -> None:
    options = deploy + f"smoke = [{say('smoke', said, exit_code=1)}]\nundo = [{say('never', said)}]\n"
    report = await _deployed(bench, options)
    assert report.deployment_successful is False
    assert said.read_text() in ("", "smoke ")
    assert report.compensations == ()


async def test_what_the_profile_cannot_undo_is_not_said_to_be_undone(bench: Bench, said: Path) -> None:
    report = await _deployed(bench, f"deploy = [{say('one', said, exit_code=1)}]\n")
    assert (report.deployment_successful, report.compensations) == (False, ())


async def test_commands_get_the_files_and_a_key_and_only_them_the_credentials(bench: Bench) -> None:
    bench.environment = {**bench.environment, "TOKEN": "t-123456"}
    seen = bench.folder / "seen"
    spy = "import os\n\ndef test_spy():\n    assert 'TOKEN' not in os.environ\n"
    told = "[*sys.argv[1:], os.environ['BATON_DELIVERY_KEY'], os.environ['TOKEN']]"
    there = "all(os.path.isfile(path) for path in sys.argv[1:4])"
    program = f"import os, sys; {there} and open('{seen}', 'w').write(' '.join({told}))"
    words = f'"{{python}}", "-c", "{program}", "{{archive}}", "{{manifest}}", "{{provenance}}", "{{version}}"'
    bench.profile(release_manager=TOOLCHAIN + DELIVERY + f'deploy = [[{words}]]\nenv = ["TOKEN"]\n')
    commit = await bench.committed(GOOD | {"tests/test_spy.py": spy})
    report = await bench.perform(an_order(Phase.DEPLOYMENT, commit=commit, number=6))
    assert report.deployment_successful is True
    files = " ".join(report.output[name] for name in ("archive", "manifest", "provenance"))
    assert seen.read_text() == f"{files} 1.2.0 adder-1:6:deploy-1 t-123456"


async def test_what_was_deployed_before_the_worker_died_is_not_deployed_again(bench: Bench, said: Path) -> None:
    waiting = bench.folder / "waiting"
    wait = f"import pathlib, time; w = pathlib.Path('{waiting}'); w.exists() or (w.touch(), time.sleep(600))"
    options = DELIVERY + f"""deploy = [{say("one", said)}]\nsmoke = [["{{python}}", "-c", "{wait}"]]\n"""
    bench.profile(release_manager=QUICK + options)
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


async def test_a_command_that_could_not_begin_has_delivered_nothing(bench: Bench, said: Path) -> None:
    nowhere = f'deploy = [{say("one", said)}]\nundo = [{say("never", said)}]\nwritable = ["/no/such/folder"]\n'
    with pytest.raises(ApplicationError, match="no absolute path of this worker"):
        await _deployed(bench, nowhere)
    bench.profile(release_manager=QUICK + DELIVERY + f"undo = [{say('never', said)}]\n")
    undone = await bench.compensate(a_compensation(Phase.DEPLOYMENT))
    assert (undone.succeeded, undone.message) == (True, "nothing is known to have been delivered, so nothing is undone")
    assert said.read_text() == ""
