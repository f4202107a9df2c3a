"""Undoing what a phase did outside the workspace, when a build is rolled back past it."""

import asyncio
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from baton.workshop.errors import CommitNotFound
from tests.activities.conftest import Bench, appeared
from tests.activities.deliveries import DELIVERY, say
from tests.activities.projects import GOOD, QUICK
from tests.orders import a_compensation, an_order

UNDO = a_compensation(Phase.DEPLOYMENT)
NOTES = "import os, sys; open(sys.argv[1], 'a').write(' '.join([*sys.argv[2:], os.environ['BATON_DELIVERY_KEY'], '|']))"


@pytest.fixture
def said(bench: Bench) -> Path:
    """Where commands note their words."""
    file = bench.folder / "said"
    file.touch()
    return file


async def _delivered(bench: Bench, said: Path, *, number: int = 6, undo: str = "") -> PhaseReport:
    notes = f'["{{python}}", "-c", "{NOTES}", "{said}", "{{name}}", "{{version}}", "{{commit}}"]'
    options = f"deploy = [{say('out', said)}]\nundo = [{undo or notes}]\n"
    bench.profile(release_manager=QUICK + DELIVERY + options)
    return await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD), number=number))


async def test_a_profile_that_says_how_promises_to_undo(bench: Bench, said: Path) -> None:
    await _delivered(bench, said)
    terms = bench.profiles.load("local").terms()
    assert terms.role(UNDO.role).compensates == (Phase.DEPLOYMENT,)
    bench.profile(release_manager=QUICK + DELIVERY + f"deploy = [{say('out', said)}]\n")
    assert bench.profiles.load("local").terms().role(UNDO.role).compensates == ()


async def test_what_was_delivered_is_undone_once_and_is_no_release_any_more(bench: Bench, said: Path) -> None:
    report = await _delivered(bench, said)
    undone = await bench.compensate(UNDO)
    assert (undone.succeeded, undone.message) == (True, "the delivery of adder 1.2.0 is undone")
    assert [(one.name, one.exit_code, one.commit) for one in undone.evidence] == [("undo-1", 0, report.commit)]
    key = f"adder-1:compensation-31-1:6-{'ab' * 8}:undo-1"
    assert said.read_text() == f"out adder 1.2.0 {report.commit} {key} |"
    assert list((bench.releases / "adder-1").iterdir()) == []
    with pytest.raises(CommitNotFound):
        await (await bench.workspace())._commit("refs/tags/baton/adder-1")
    assert await bench.compensate(UNDO) == undone
    again = await bench.compensate(UNDO.model_copy(update={"run": 2}))
    assert (again.succeeded, again.message) == (True, "what was delivered is undone already")
    assert said.read_text().count("|") == 1


async def test_where_nothing_was_delivered_that_is_said(bench: Bench, said: Path) -> None:
    bench.profile(release_manager=QUICK + DELIVERY + f"undo = [{say('never', said)}]\n")
    undone = await bench.compensate(UNDO)
    assert (undone.succeeded, undone.message) == (True, "nothing is known to have been delivered, so nothing is undone")
    assert said.read_text() == ""


async def test_a_delivery_that_its_own_smoke_test_undid_is_not_undone_again(bench: Bench, said: Path) -> None:
    options = (
        f"deploy = [{say('out', said)}]\nsmoke = [{say('bad', said, exit_code=1)}]\nundo = [{say('back', said)}]\n"
    )
    bench.profile(release_manager=QUICK + DELIVERY + options)
    await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD), number=6))
    assert (await bench.compensate(UNDO)).succeeded is True
    assert said.read_text() == "out bad back "


async def test_a_phase_that_died_in_the_middle_is_undone(bench: Bench, said: Path) -> None:
    waiting = bench.folder / "waiting"
    wait = f"import pathlib, time; pathlib.Path('{waiting}').touch(); time.sleep(600)"
    unpacked = (
        f"import pathlib, sys; open('{said}', 'a').write(sys.argv[1] + str(pathlib.Path('src/adder.py').exists()))"
    )
    options = (
        f"""deploy = [["{{python}}", "-c", "{wait}"]]\nundo = [["{{python}}", "-c", "{unpacked}", "{{version}} "]]\n"""
    )
    bench.profile(release_manager=QUICK + DELIVERY + options)
    order = an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD), number=6)
    environment = ActivityEnvironment()
    dying = asyncio.create_task(bench.perform(order, environment))
    await appeared(waiting)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    undone = await bench.compensate(UNDO)
    assert (undone.succeeded, said.read_text()) == (True, "1.2.0 True")


async def test_an_undo_that_fails_can_be_tried_again(bench: Bench, said: Path) -> None:
    mended = bench.folder / "mended"
    program = f"import pathlib, sys; sys.exit(0 if pathlib.Path('{mended}').exists() else 'the site is locked')"
    await _delivered(bench, said, undo=f'["{{python}}", "-c", "{program}"]')
    failed = await bench.compensate(UNDO)
    assert failed.succeeded is False
    assert failed.message == "undo-1 ('{python}') ended with exit code 1. Its last lines:\n  | the site is locked"
    assert list((bench.releases / "adder-1").iterdir()) != []
    mended.touch()
    assert await bench.compensate(UNDO) == failed
    assert (await bench.compensate(UNDO.model_copy(update={"run": 2}))).succeeded is True


async def test_a_release_that_is_out_twice_is_undone_once(bench: Bench, said: Path) -> None:
    await _delivered(bench, said, number=6)
    await _delivered(bench, said, number=8)
    assert (await bench.compensate(UNDO)).message == "the delivery of adder 1.2.0 is undone"
    assert said.read_text().count("|") == 1


async def test_a_machine_that_does_not_know_the_delivery_goes_by_the_report(bench: Bench, said: Path) -> None:
    report = await _delivered(bench, said)
    elsewhere = Bench(bench.folder / "elsewhere", bench.environment)
    elsewhere.folder.mkdir()
    elsewhere.profile(
        release_manager=(bench.folder / "profiles" / "local.toml").read_text().partition("[roles.release_manager]\n")[2]
    )
    order = UNDO.model_copy(update={"report": report.to_json()})
    assert (await elsewhere.compensate(order)).message == "the delivery of adder 1.2.0 is undone"
    assert f"adder 1.2.0 {report.commit} adder-1:compensation-31-1:reported:undo-1 |" in said.read_text()


async def test_an_undo_that_ended_before_the_worker_died_is_not_run_again(bench: Bench, said: Path) -> None:
    waiting = bench.folder / "waiting"
    wait = f"import pathlib, time; w = pathlib.Path('{waiting}'); w.exists() or (w.touch(), time.sleep(600))"
    await _delivered(bench, said, undo=f"""{say("back", said)}, ["{{python}}", "-c", "{wait}"]""")
    environment = ActivityEnvironment()
    dying = asyncio.create_task(bench.compensate(UNDO, environment))
    await appeared(waiting)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    undone = await bench.compensate(UNDO)
    assert (undone.succeeded, said.read_text()) == (True, "out back ")
    assert [one.name for one in undone.evidence] == ["undo-1", "undo-2"]


WRITER = """
runner = "command"
command = ["true"]
undo = ["{{python}}", "{program}"]
readable = ["{folder}"]
"""


def _undoing(bench: Bench, source: str) -> None:
    folder = bench.folder / "programs"
    folder.mkdir()
    (folder / "undo.py").write_text(source)
    bench.profile(code_writer=WRITER.format(program=folder / "undo.py", folder=folder))


async def test_a_program_undoes_its_phase(bench: Bench) -> None:
    _undoing(
        bench,
        """if True:
        import json, os, pathlib, sys
        given = sys.stdin.read()
        assert given == pathlib.Path(os.environ["BATON_ORDER"]).read_text()
        order = json.loads(given)
        assert pathlib.Path("src/adder.py").exists()
        pathlib.Path("left-behind.txt").write_text("")
        assert (order["phase"], order["reason"]) == ("implementation", "the release is bad")
        """,
    )
    commit = await bench.committed(GOOD)
    order = a_compensation(Phase.IMPLEMENTATION, commit=commit)
    undone = await bench.compensate(order)
    assert (undone.succeeded, undone.phase) == (True, Phase.IMPLEMENTATION)
    assert undone.message.endswith("undo.py' has undone implementation")
    (evidence,) = undone.evidence
    assert (evidence.name, evidence.exit_code, evidence.commit) == ("undo", 0, commit)
    assert not ((await bench.workspace()).tree / "left-behind.txt").exists()


async def test_a_program_that_cannot_undo_its_phase_is_quoted(bench: Bench) -> None:
    _undoing(bench, "import sys; sys.exit('the branch is gone')")
    undone = await bench.compensate(a_compensation(Phase.IMPLEMENTATION))
    assert undone.succeeded is False
    assert undone.message.endswith("undo.py' ended with exit code 1. Its last lines:\n  | the branch is gone")


async def test_a_phase_can_have_an_undo_of_its_own(bench: Bench) -> None:
    bench.profile(
        q_assistant="""
        runner = "command"
        command = ["true"]
        undo = ["false"]
        phases.planning.undo = ["true"]
        """
    )
    role = bench.profiles.load("local").terms().role(a_compensation(Phase.PLANNING).role)
    assert role.compensates == (Phase.DISCOVERY, Phase.PLANNING)
    assert (await bench.compensate(a_compensation(Phase.PLANNING))).succeeded is True
    assert (await bench.compensate(a_compensation(Phase.DISCOVERY, number=32))).succeeded is False


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('runner = "command"\ncommand = ["true"]', "does not say how to undo implementation any more"),
        ('runner = "manual"', "the runner that plays code_writer now cannot undo implementation"),
    ],
)
async def test_a_promise_that_the_profile_no_more_keeps_is_told(bench: Bench, table: str, told: str) -> None:
    bench.profile(code_writer=table)
    with pytest.raises(ApplicationError, match=told) as error:
        await bench.compensate(a_compensation(Phase.IMPLEMENTATION))
    assert (error.value.type, error.value.non_retryable) == ("runner_misconfigured", True)
