"""Giving new builds to a version, and having builds move to it."""

import asyncio
from typing import ClassVar

from temporalio.api.workflowservice.v1 import (
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.names import UPGRADE
from gateway.deployments.versions import BUILDS_OF, DeploymentUnknown, described
from gateway.errors import GatewayError

_AT_ONCE = 20


class NotPromoted(GatewayError):
    """Temporal does not give new builds to the version; the message says why."""

    code: ClassVar[str] = "not_promoted"


async def promote(client: Client, deployment: str, version: str, *, percent: float | None = None) -> None:
    """Give all new builds to ``version`` from now on, or ``percent`` of them (0 to 100).

    Builds under way stay where they are until they are told to move.
    Raises DeploymentUnknown, NotPromoted and RPCError.
    """
    known = [summary.deployment_version.build_id for summary in (await described(client, deployment)).version_summaries]
    unknown = DeploymentUnknown(
        f"Deployment {deployment!r} has no version {version!r}; it has {', '.join(known) or 'none'}. "
        f"Start its workers first: BATON_DEPLOYMENT={deployment} BATON_DEPLOYMENT_VERSION={version} "
        "python worker.py --all"
    )
    if version not in known:
        raise unknown
    service = client.workflow_service
    try:
        if percent is None:
            await service.set_worker_deployment_current_version(
                SetWorkerDeploymentCurrentVersionRequest(
                    namespace=client.namespace, deployment_name=deployment, build_id=version
                )
            )
        else:
            await service.set_worker_deployment_ramping_version(
                SetWorkerDeploymentRampingVersionRequest(
                    namespace=client.namespace, deployment_name=deployment, build_id=version, percentage=percent
                )
            )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise unknown from error
        if error.status is not RPCStatusCode.FAILED_PRECONDITION:
            raise
        raise NotPromoted(
            f"Version {version!r} of deployment {deployment!r} cannot take new builds: {error.message}. "
            "Start workers of it on every queue that the version before it serves, then promote it again"
        ) from error


async def move(client: Client, deployment: str) -> int:
    """Tell every build that runs on another version than the current one to move to it; how many were told.

    One that waits for somebody moves at once, one at work when it next waits. Raises DeploymentUnknown, NotPromoted and
    RPCError.
    """
    current = (await described(client, deployment)).routing_config.current_deployment_version.build_id
    if not current:
        raise NotPromoted(
            f"Deployment {deployment!r} has no current version that builds could move to. Promote one first"
        )
    elsewhere = (
        f"{BUILDS_OF} AND TemporalWorkerDeployment = '{deployment}' "
        f"AND TemporalWorkerDeploymentVersion != '{deployment}:{current}'"
    )
    turns = asyncio.Semaphore(_AT_ONCE)

    async def tell(workflow_id: str) -> bool:
        async with turns:
            try:
                await client.get_workflow_handle(workflow_id).signal(UPGRADE)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return False  # it has ended meanwhile
            return True

    builds = [run.id async for run in client.list_workflows(elsewhere)]
    return sum(await asyncio.gather(*(tell(workflow_id) for workflow_id in builds)))
