"""The versions of a worker deployment: what Temporal gives to each, how many builds run on it, and who serves it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from temporalio.api.deployment.v1 import WorkerDeploymentInfo, WorkerDeploymentVersion
from temporalio.api.enums.v1 import TaskQueueType, WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from gateway.errors import GatewayError
from gateway.task_queues import describe_queue

BUILDS_OF = "WorkflowType = 'BuildWorkflow' AND ExecutionStatus = 'Running'"
"""Temporal's query for running builds. Its answer is moments late."""

_POLLED_WITHIN = timedelta(seconds=90)
"""A worker that waits for work asks for it once a minute."""


class Standing(StrEnum):
    """What Temporal gives to a version."""

    CURRENT = "current"  # new builds
    RAMPING = "ramping"  # a share of the new builds
    DRAINING = "draining"  # no new builds; some that it has still run
    DRAINED = "drained"  # nothing any more
    INACTIVE = "inactive"  # nothing yet: it was never promoted


_STANDINGS = {
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT: Standing.CURRENT,
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING: Standing.RAMPING,
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING: Standing.DRAINING,
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED: Standing.DRAINED,
}


class DeploymentUnknown(GatewayError):
    """Temporal knows no worker deployment, or no version, of that name."""

    code: ClassVar[str] = "deployment_unknown"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a deployment."""

    name: str
    standing: Standing
    percent: float
    """The share of new builds that a ramping version gets, 0 to 100."""
    builds: int
    """How many builds run on it."""
    unserved: tuple[str, ...]
    """The task queues that its workers once served and none serves now."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A worker deployment, its versions newest first."""

    name: str
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version | None:
        """The version that takes new builds. Without one, workers that belong to no deployment take them."""
        return next((version for version in self.versions if version.standing is Standing.CURRENT), None)


async def deployment(client: Client, name: str) -> Deployment:
    """The deployment ``name``. Raises DeploymentUnknown and RPCError."""
    info = await described(client, name)
    versions = [summary.deployment_version.build_id for summary in info.version_summaries]
    found = await asyncio.gather(*(_version(client, name, each) for each in versions))
    return Deployment(name, tuple(version for version in found if version is not None))


async def described(client: Client, name: str) -> WorkerDeploymentInfo:
    """What Temporal says of the deployment ``name``. Raises DeploymentUnknown and RPCError."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
    try:
        answer = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise DeploymentUnknown(
            f"Temporal knows no deployment {name!r}. It does when a worker belongs to it: "
            f"BATON_DEPLOYMENT={name} python worker.py --all"
        ) from error
    return answer.worker_deployment_info


async def _version(client: Client, deployment_name: str, name: str) -> Version | None:
    """The version; ``None`` while it comes or goes, when Temporal lists it and does not know it."""
    version = WorkerDeploymentVersion(deployment_name=deployment_name, build_id=name)
    request = DescribeWorkerDeploymentVersionRequest(namespace=client.namespace, deployment_version=version)
    try:
        counted, answer = await asyncio.gather(
            client.count_workflows(f"{BUILDS_OF} AND TemporalWorkerDeploymentVersion = '{deployment_name}:{name}'"),
            client.workflow_service.describe_worker_deployment_version(request),
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    queues = [(queue.name, queue.type) for queue in answer.version_task_queues]
    served = await asyncio.gather(*(_is_served(client, version, queue, kind) for queue, kind in queues))
    info = answer.worker_deployment_version_info
    return Version(
        name=name,
        standing=_STANDINGS.get(info.status, Standing.INACTIVE),
        percent=info.ramp_percentage,
        builds=counted.count,
        unserved=tuple(sorted({queue for (queue, _), yes in zip(queues, served, strict=True) if not yes})),
    )


async def _is_served(
    client: Client, version: WorkerDeploymentVersion, queue: str, kind: "TaskQueueType.ValueType"
) -> bool:
    """Whether a worker of ``version`` has asked ``queue`` for work lately."""
    answer = await describe_queue(client, queue, kind)
    since = datetime.now(UTC) - _POLLED_WITHIN
    return any(
        (poller.deployment_options.deployment_name, poller.deployment_options.build_id)
        == (version.deployment_name, version.build_id)
        and poller.last_access_time.ToDatetime(UTC) > since
        for poller in answer.pollers
    )
