"""How far SQL is behind Temporal: what Temporal says of the writes that are not done."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.names import workflow_id
from gateway import listed

_MIRROR = "mirror_journal"
_LOOKED_AT = 20
_EVENTS = 50


@dataclass(frozen=True, slots=True)
class MirrorLag:
    """Of the newest running builds so many were looked at; ``behind`` of them have a write that is not done.

    The oldest has been on its way for ``seconds``, and is being tried for the ``attempt``-th time.
    """

    looked_at: int
    behind: int
    seconds: float
    attempt: int


async def mirror_lag(client: Client) -> MirrorLag:
    """How it is now. Raises RPCError."""
    builds = await listed.running(client, most=_LOOKED_AT)
    found = await asyncio.gather(*(_unwritten(client, build) for build in builds))
    writes = [one for one in found if one is not None]
    if not writes:
        return MirrorLag(len(builds), 0, 0.0, 0)
    seconds, attempt = max(writes)
    return MirrorLag(len(builds), len(writes), seconds, attempt)


async def _unwritten(client: Client, build_id: str) -> tuple[float, int] | None:
    execution = WorkflowExecution(workflow_id=workflow_id(build_id))
    try:
        answer = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    for one in answer.pending_activities:
        if one.activity_type.name == _MIRROR:
            began = one.scheduled_time if one.HasField("scheduled_time") else one.last_started_time
            since = began.ToDatetime(UTC)
            if one.attempt > 1:  # what Temporal says then is when this attempt was due
                since = await _asked_for(client, execution) or since
            return max(0.0, (datetime.now(UTC) - since).total_seconds()), max(1, one.attempt)
    return None


async def _asked_for(client: Client, execution: WorkflowExecution) -> datetime | None:
    """When the workflow asked for its last write, by the end of its history."""
    answer = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace, execution=execution, maximum_page_size=_EVENTS
        )
    )
    for event in answer.history.events:
        if event.activity_task_scheduled_event_attributes.activity_type.name == _MIRROR:
            return event.event_time.ToDatetime(UTC)
    return None
