"""A new version takes new builds while the old one ends its own: two worker processes of two versions of the code."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import TaskQueueType, WorkerDeploymentVersionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from baton.contracts.names import BUILDS_QUEUE, workflow_id
from baton.domain.actors import Actor
from baton.domain.commands import Abandon, Advance
from baton.domain.journal import verify
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Phase, Role, State, Status
from baton.store.compare import differences
from baton.store.engine import open_engine
from gateway.builds import Builds
from gateway.deployments.promoting import NotPromoted, promote
from gateway.deployments.versions import DeploymentUnknown, Standing, deployment, described
from gateway.errors import NoWorker
from tests.command_line import CommandLine
from tests.integration.survival.ground import PATIENCE
from tests.integration.upgrades.versions import DEPLOYMENT, Ground, ground
from tests.replay import recordings
from tests.replay.changed import RestsBeforeItWorks

ADA = Actor(id="ada")


async def test_builds_end_where_they_began_new_ones_take_the_new_version_and_parked_ones_move(
    tmp_path: Path, environ: dict[str, str], cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ground(tmp_path, environ) as here:
        client, builds = here.client, Builds(here.client, answer_seconds=PATIENCE)
        monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
        monkeypatch.setenv("BATON_DEPLOYMENT", DEPLOYMENT)

        # Version 1 has a build at work and one that waits for a person. Before it is promoted it takes none.
        here.start_worker("1.0")
        await until(lambda: _asks_for_builds(client))
        with pytest.raises(NoWorker, match=r"none of their versions is promoted.*deployment promote 1.0"):
            await Builds(client, answer_seconds=1.0).start(_request("parked", "manual"))
        await until(lambda: _promoted(client, "1.0"))
        await builds.start(_request("at-work", "played", held=Phase.IMPLEMENTATION.value))
        await builds.start(_request("parked", "manual"))
        await until(lambda: _is_held(here, "at-work"))

        # Version 2 could not carry either of them on, and takes a new one.
        here.start_worker("2.0", here.changed_code())
        await until(lambda: _promoted(client, "2.0"))
        await builds.start(_request("new", "manual"))
        await builds.send("new", Abandon(actor=ADA, expected_state=State.DISCOVERY, reason="it has begun"))
        assert await builds.result("new") is Status.FAILED
        assert await _versions(client, "new") == ["2.0"]

        # The parked build moves with its journal; what it is told then, version 2 hears.
        assert (await cli("deployment", "move", "--json")).json == {"deployment": DEPLOYMENT, "told": 2}
        await until(lambda: _runs_on(client, "parked", "2.0"))
        reply = await builds.send(
            "parked", Advance(actor=ADA, role=Role.Q_ASSISTANT, completed_state=State.DISCOVERY, result={})
        )
        assert reply.state is State.PLANNING
        shown = (await cli("deployment", "show", "--json")).json
        assert {one["name"]: one["builds"] for one in shown["versions"]} == {"2.0": 1, "1.0": 1}
        assert shown["current"] == "2.0"

        # The build at work ends on version 1, which then has nothing left, and may go.
        (here.marks / "at-work.go").touch()
        assert await builds.result("at-work") is Status.COMPLETE
        assert await _versions(client, "at-work") == ["1.0"]
        await _cannot_be_carried_by_version_2(client, "at-work")
        await until(lambda: _is_drained(client, "1.0"))
        standing = {one.name: one.standing for one in (await deployment(client, DEPLOYMENT)).versions}
        assert standing == {"2.0": Standing.CURRENT, "1.0": Standing.DRAINED}
        await here.workers["1.0"].stop(PATIENCE)
        assert here.workers["1.0"].exit_code == 0

        # What was carried by version 1 is known without it.
        for build_id, status in (("at-work", Status.COMPLETE), ("parked", Status.WAITING), ("new", Status.FAILED)):
            view, entries = await builds.status(build_id), await builds.journal(build_id)
            assert view.status is status
            assert verify(entries) == view.head
        told = await builds.journal("parked")

        # Of one that runs it is said whose workers are missing.
        await here.workers["2.0"].stop(PATIENCE)
        with pytest.raises(NoWorker, match=r"runs on version '2.0' of deployment 'baton', and no worker of it answers"):
            await Builds(client, answer_seconds=2.0).status("parked")

    engine = open_engine(here.environ["BATON_DATABASE_URL"])
    assert differences(engine, told) == []
    engine.dispose()
    assert "Nondeterminism" not in here.said("1.0") + here.said("2.0")


async def _cannot_be_carried_by_version_2(client: Client, build_id: str) -> None:
    history = await client.get_workflow_handle(workflow_id(build_id)).fetch_history()
    with pytest.raises(recordings.ReplayFailed):
        await recordings.replay(build_id, history, RestsBeforeItWorks)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE):
        while not await true():
            await asyncio.sleep(0.5)


def _request(build_id: str, profile: str, **metadata: str) -> BuildRequest:
    return BuildRequest(
        build_id=build_id,
        project_id="shop",
        user_id="ada",
        title="A small thing",
        requirements="# A small thing",
        profile=profile,
        metadata=metadata,
    )


async def _asks_for_builds(client: Client) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=BUILDS_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return bool((await client.workflow_service.describe_task_queue(request)).pollers)


async def _promoted(client: Client, version: str) -> bool:
    """Promoted, as soon as its workers serve what those before it serve."""
    try:
        await promote(client, DEPLOYMENT, version)
    except (DeploymentUnknown, NotPromoted):
        return False
    return True


async def _is_held(here: Ground, build_id: str) -> bool:
    begun = here.marks / f"{build_id}.begun"
    return begun.exists() and Phase.IMPLEMENTATION.value in begun.read_text(encoding="utf-8").split()


async def _is_drained(client: Client, version: str) -> bool:
    (found,) = [
        summary
        for summary in (await described(client, DEPLOYMENT)).version_summaries
        if summary.deployment_version.build_id == version
    ]
    return found.status == WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED


async def _runs_on(client: Client, build_id: str, version: str) -> bool:
    described = await client.get_workflow_handle(workflow_id(build_id)).describe()
    told = described.raw_description.workflow_execution_info.versioning_info
    return told.deployment_version.build_id == version


async def _versions(client: Client, build_id: str) -> list[str]:
    """The versions that have carried a build's workflow tasks, in order."""
    history = await client.get_workflow_handle(workflow_id(build_id)).fetch_history()
    tasks = [event.workflow_task_completed_event_attributes for event in history.events]
    return list(dict.fromkeys(task.deployment_version.build_id for task in tasks if task.started_event_id))
