"""What the command line and the doctor say of deployments that are not as they should be."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from baton.runtime.embedded import EmbeddedTemporal
from gateway.deployments.checking import check_deployment
from gateway.doctor import Health
from tests.command_line import CommandLine
from workflows.notices import NoticeWorkflow


@pytest.fixture
def here(cli: CommandLine, temporal_server: EmbeddedTemporal, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.delenv("BATON_DEPLOYMENT", raising=False)
    return cli


@pytest.fixture
async def deployed(client: Client) -> AsyncIterator[str]:
    """A deployment with a worker of version 1.0, which is not promoted. Its queue is its own."""
    name = f"eu-{uuid4().hex[:8]}"
    version = WorkerDeploymentVersion(name, "1.0")
    config = WorkerDeploymentConfig(version, True, VersioningBehavior.PINNED)
    async with Worker(client, task_queue=name, workflows=[NoticeWorkflow], deployment_config=config):
        yield name


async def test_a_deployment_that_temporal_does_not_know_is_told_how_to_make_one(
    here: CommandLine, client: Client
) -> None:
    for arguments in (["show"], ["promote", "2.0"], ["move"]):
        said = await here("deployment", *arguments, "--deployment", "nowhere")
        assert said.code == 1
        assert "Temporal knows no deployment 'nowhere'" in said.told
        assert "BATON_DEPLOYMENT=nowhere python worker.py --all" in said.told
    (check,) = await check_deployment(client, "nowhere")
    assert (check.health, check.found) == (Health.WARNING, "Temporal knows no deployment 'nowhere'")
    assert "BATON_DEPLOYMENT=nowhere" in check.advice


async def test_a_version_is_shown_promoted_and_given_a_share(here: CommandLine, client: Client, deployed: str) -> None:
    async def run(*arguments: str) -> str:
        said = await here("deployment", *arguments, "--deployment", deployed)
        return f"{said.code}: {said.told}"

    async with asyncio.timeout(30):
        while "1.0" not in (shown := await run("show")):
            assert shown.startswith("0: ") or "knows no deployment" in shown
    assert "inactive" in shown
    assert "No version takes new builds" in shown
    assert f"1: error: Deployment '{deployed}' has no version '9.9'; it has 1.0." in await run("promote", "9.9")
    assert "has no current version that builds could move to" in await run("move")
    assert [check.found for check in await check_deployment(client, deployed)] == ["no version takes new builds"]

    assert await run("promote", "1.0", "--percent", "25") == f"0: ✓ 1.0 of {deployed} takes 25 % of the new builds"
    assert "ramping 25 %" in await run("show")
    assert await run("promote", "1.0") == f"0: ✓ 1.0 of {deployed} takes all new builds"
    assert await run("move") == "0: Every running build is on the current version"
    assert [(check.name, check.health) for check in await check_deployment(client, deployed)] == [
        (f"deployment {deployed}", Health.OK),
        ("version 1.0", Health.OK),
    ]
