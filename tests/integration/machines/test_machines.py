"""Workers on machines that share no folder carry a build, over a real server of git's own protocol."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import Status
from baton.workshop.workspace import Workspaces
from gateway.builds import Builds
from tests.integration.doors.programs import Program, program
from tests.integration.machines.conftest import Shared, profiles
from tests.shared_repository import git

pytestmark = pytest.mark.usefixtures("orchestrated")

_PATIENCE = 90.0
WRITERS = ("q_assistant", "code_writer")
JUDGES = ("test_auditor", "verification_overseer", "release_manager")

Start = Callable[..., AbstractContextManager[Program]]


@pytest.fixture
def machine(tmp_path: Path, machine_environ: dict[str, str]) -> Start:
    """Starts a worker as a machine of this name would, with a home and profiles of its own."""

    def start(name: str, roles: tuple[str, ...], **more: str) -> AbstractContextManager[Program]:
        options = [word for role in roles for word in ("--role", role)]
        folders = ["--home", str(tmp_path / name), "--profiles", str(profiles(tmp_path, name))]
        return program("worker.py", *options, *folders, env=machine_environ | {"MACHINE": name, **more}, cwd=tmp_path)

    return start


async def begun(client: Client, build_id: str) -> Builds:
    builds = Builds(client, answer_seconds=_PATIENCE)
    await builds.start(
        BuildRequest(
            build_id=build_id, project_id="p", user_id="u", title="A thing", requirements="# A thing", profile="handed"
        )
    )
    return builds


async def ended(builds: Builds, build_id: str) -> BuildView:
    async with asyncio.timeout(_PATIENCE):
        assert await builds.result(build_id) is Status.COMPLETE
    return await builds.status(build_id)


def work(shared: Shared, view: BuildView) -> list[list[str]]:
    """Who did what, as the last commit at the shared repository tells it."""
    at = f"refs/baton/{view.build_id}/commits/{view.commit}"
    return [line.split()[1:] for line in git(shared.repository, "show", f"{at}:work.txt").splitlines()]


async def test_a_build_goes_back_and_forth_between_two_machines(
    client: Client, shared: Shared, machine: Start, tmp_path: Path
) -> None:
    with machine("one", WRITERS), machine("two", JUDGES):
        builds = await begun(client, "to-and-fro")
        view = await ended(builds, "to-and-fro")
    assert work(shared, view) == [
        ["discovery", "one"],
        ["planning", "one"],
        ["implementation", "one"],
        ["testing", "two"],
        ["implementation", "one"],
        ["testing", "two"],
        ["verification", "two"],
        ["deployment", "two"],
    ]
    assert view.ledger.rework_rounds == 1
    assert all(record.report and record.report["commit"] for record in view.phases.values())
    for name in ("one", "two"):
        workspace = await Workspaces(tmp_path / name / "workspaces").open("to-and-fro")
        assert await workspace.first_commit() == view.base_commit


async def test_what_a_machine_has_handed_over_outlives_it(
    client: Client, shared: Shared, machine: Start, tmp_path: Path
) -> None:
    hold = tmp_path / "go"
    with machine("two", JUDGES, HOLD=str(hold)):
        with machine("one", WRITERS):
            builds = await begun(client, "outlived")
            async with asyncio.timeout(_PATIENCE):
                while not Path(f"{hold}.waits").exists():
                    await asyncio.sleep(0.05)
        # Killed, as the context ends; and nothing of it is left.
        shutil.rmtree(tmp_path / "one")
        with machine("three", WRITERS):
            hold.touch()
            view = await ended(builds, "outlived")
    by = [name for _, name in work(shared, view)]
    assert by == ["one", "one", "one", "two", "three", "two", "two", "two"]
    assert not (tmp_path / "one").exists()
