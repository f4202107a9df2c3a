"""Asking Temporal about a task queue."""

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


async def describe_queue(
    client: Client, queue: str, kind: "TaskQueueType.ValueType", *, stats: bool = False
) -> DescribeTaskQueueResponse:
    """Who polls ``queue`` for tasks of that kind; with ``stats`` also what waits there. Raises RPCError."""
    return await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind, report_stats=stats
        )
    )


async def polls(client: Client, queue: str, pid: int | None) -> bool:
    """Whether the process ``pid`` has asked ``queue`` for activities. Raises RPCError."""
    # Temporal's own identity of a worker: <pid>@<host>.
    return any(one.identity.startswith(f"{pid}@") for one in (await describe_queue(client, queue, ACTIVITIES)).pollers)
