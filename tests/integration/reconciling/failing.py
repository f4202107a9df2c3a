"""Workflows that end in ways in which Baton ends none: by a worker of the test's own, command by command."""

from temporalio.api.command.v1 import Command, FailWorkflowExecutionCommandAttributes
from temporalio.api.enums.v1 import CommandType
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    PollWorkflowTaskQueueRequest,
    RespondWorkflowTaskCompletedRequest,
)
from temporalio.client import Client

from baton.contracts.names import BUILDS_QUEUE


async def fail_next(client: Client, workflow_id: str, message: str) -> None:
    """Answer the next workflow task of that build with a failure of the workflow. No other worker may be there."""
    service = client.workflow_service
    while True:
        task = await service.poll_workflow_task_queue(
            PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=BUILDS_QUEUE))
        )
        if task.workflow_execution.workflow_id == workflow_id:
            break
    failed = FailWorkflowExecutionCommandAttributes(
        failure=Failure(message=message, application_failure_info=ApplicationFailureInfo(type="bug"))
    )
    command = Command(
        command_type=CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
        fail_workflow_execution_command_attributes=failed,
    )
    await service.respond_workflow_task_completed(
        RespondWorkflowTaskCompletedRequest(
            namespace=client.namespace, task_token=task.task_token, identity="a test", commands=[command]
        )
    )
