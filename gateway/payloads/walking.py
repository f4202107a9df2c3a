"""Every payload that Temporal keeps for a namespace: what a replay, a query or a person can still come to need."""

from collections.abc import AsyncIterator, Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, SearchAttributes, WorkflowExecution
from temporalio.api.history.v1 import MarkerRecordedEventAttributes
from temporalio.api.workflowservice.v1 import (
    DescribeScheduleRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    ListSchedulesRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

Run = tuple[str, str]
"""A workflow's ID and one of its run IDs."""

_OF_THE_SDK = frozenset({"data", "patch_id", "patch-data"})
"""Details of markers of local activities and patches: IDs, names, times."""


async def kept_payloads(client: Client) -> AsyncIterator[tuple[Run | None, list[Payload]]]:
    """The payloads of every run, open or closed, one run after the other, then (``None``) those of the schedules.

    Runs that begin meanwhile are among them, and so are those that Temporal deletes meanwhile, or not. Raises RPCError:
    what came before is then not all.
    """
    seen: set[Run] = set()
    while fresh := [run async for run in _runs(client) if run not in seen]:
        for run in fresh:
            seen.add(run)
            yield run, [payload async for payload in _of_run(client, run)]
    yield None, [payload async for payload in _of_schedules(client)]


def payloads_in(message: Message) -> Iterator[Payload]:
    """All payloads in a message, at any depth. What is in a payload is not looked into; search attributes, which are
    never encrypted and never kept elsewhere, are left out, and so is what the SDK notes for itself."""
    if isinstance(message, SearchAttributes):
        return
    if isinstance(message, MarkerRecordedEventAttributes):
        for name, details in message.details.items():
            if name not in _OF_THE_SDK:
                yield from payloads_in(details)
        yield from payloads_in(message.failure)
        return
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        for inner in _values(field, value):
            yield from payloads_in(inner)


def _values(field: FieldDescriptor, value: object) -> Iterator[Message]:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        held = value.values()  # type: ignore[attr-defined]
    elif isinstance(value, Message):
        held = (value,)
    else:
        held = value
    yield from (one for one in held if isinstance(one, Message))


async def _runs(client: Client) -> AsyncIterator[Run]:
    request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=500)
    while True:
        page = await client.workflow_service.list_workflow_executions(request, retry=True)
        for found in page.executions:
            yield found.execution.workflow_id, found.execution.run_id
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token


async def _of_run(client: Client, run: Run) -> AsyncIterator[Payload]:
    execution = WorkflowExecution(workflow_id=run[0], run_id=run[1])
    described = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    request = GetWorkflowExecutionHistoryRequest(namespace=client.namespace, execution=execution)
    try:
        # First what is under way: an activity that ends meanwhile stands in the history that is read after it.
        for payload in payloads_in(await client.workflow_service.describe_workflow_execution(described, retry=True)):
            yield payload
        while True:
            page = await client.workflow_service.get_workflow_execution_history(request, retry=True)
            for payload in payloads_in(page.history):
                yield payload
            if not page.next_page_token:
                return
            request.next_page_token = page.next_page_token
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # deleted meanwhile, which nobody replays
            raise


async def _of_schedules(client: Client) -> AsyncIterator[Payload]:
    request = ListSchedulesRequest(namespace=client.namespace, maximum_page_size=100)
    while True:
        page = await client.workflow_service.list_schedules(request, retry=True)
        for found in page.schedules:
            described = DescribeScheduleRequest(namespace=client.namespace, schedule_id=found.schedule_id)
            for payload in payloads_in(await client.workflow_service.describe_schedule(described, retry=True)):
                yield payload
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token
