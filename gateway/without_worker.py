"""Builds that no worker answers for, since the version of Baton that carried them is gone.

A closed build is read from its history instead. Of one that runs it is said whose workers are missing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.client import Client
from temporalio.service import RPCError

from baton.contracts.names import BUILDS_QUEUE
from baton.domain.journal import Entry
from gateway.deployments.versions import described as described_deployment
from gateway.errors import GatewayError, NoWorker
from gateway.histories.journal import recorded_journal
from gateway.histories.standing import Standing
from gateway.task_queues import WORKFLOWS, describe_queue

_PATIENT_SECONDS = 1.0
"""How long a worker may take before the history is looked at: an answer of a worker costs less."""

_ATTEMPTS = 2
"""So many may fail while much comes in at once; then it is no chance."""

_OPEN = (Standing.RUNNING, Standing.MISSING)

Answer = TypeVar("Answer")


async def answer_or_history(
    client: Client, workflow_id: str, asked: Awaitable[Answer], tell: Callable[[list[Entry]], Answer]
) -> Answer:
    """What ``asked`` says; of a closed build that nobody answers for what ``tell`` makes of its whole journal."""
    asking = asyncio.ensure_future(asked)
    try:
        answered, _ = await asyncio.wait({asking}, timeout=_PATIENT_SECONDS)
        if not answered and (entries := await _kept(client, workflow_id)):
            return tell(entries)
        return await asking
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await asking


async def whose_worker(client: Client, workflow_id: str, silence: NoWorker, *, after: str = "") -> NoWorker:
    """``silence``, or what says which version's workers are missing; ``after`` is added to its message."""
    try:
        described = (await client.get_workflow_handle(workflow_id).describe()).raw_description
        pinned = described.workflow_execution_info.versioning_info.deployment_version
        if described.pending_workflow_task.attempt > _ATTEMPTS:
            said: str | None = _failing(described.pending_workflow_task.attempt)
        else:
            said = _missing(pinned) if pinned.build_id else await _unpromoted(client)
    except (RPCError, GatewayError):
        return silence
    return silence if said is None else NoWorker(said + after)


def _failing(attempt: int) -> str:
    return (
        f"A worker tries to go on with the build, and fails every time (attempt {attempt}); its log says why, and so "
        "does the build's page in Temporal's Web UI. Most often its code is not the code that began the build: start a "
        "worker of that version, as docs/upgrades.md shows"
    )


def _missing(version: WorkerDeploymentVersion) -> str:
    name, build_id = version.deployment_name, version.build_id
    return (
        f"The build runs on version {build_id!r} of deployment {name!r}, and no worker of it answers. "
        f"Start one: BATON_DEPLOYMENT={name} BATON_DEPLOYMENT_VERSION={build_id} python worker.py --all"
    )


async def _unpromoted(client: Client) -> str | None:
    """That workers are there, and all of versions of which none is promoted; ``None`` when it is not so."""
    pollers = (await describe_queue(client, BUILDS_QUEUE, WORKFLOWS)).pollers
    versions = {(one.deployment_options.deployment_name, one.deployment_options.build_id) for one in pollers}
    deployments = {name for name, _ in versions}
    if not deployments or "" in deployments:
        return None
    for name in deployments:
        if (await described_deployment(client, name)).routing_config.current_deployment_version.build_id:
            return None
    name, newest = max(versions)
    return (
        "Workers are there, but none of their versions is promoted, so they take no new builds. "
        f"Promote one: python starter.py deployment promote {newest} --deployment {name}"
    )


async def _kept(client: Client, workflow_id: str) -> list[Entry]:
    """The journal of a closed build, if Temporal has the whole of it."""
    try:
        recorded = await recorded_journal(client, workflow_id)
    except (GatewayError, RPCError):
        return []
    return [] if recorded.standing in _OPEN or recorded.cut else list(recorded.entries)
