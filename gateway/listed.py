"""Builds as Temporal's visibility lists them: without any worker, and moments late."""

import re
from collections.abc import AsyncIterator, Sequence

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.names import FORKED_FROM, PROJECT_ID, workflow_id
from baton.domain.requests import BUILD_ID_PATTERN

PROJECT = SearchAttributeKey.for_keyword(PROJECT_ID)

PAGE = 1000
"""How many workflows an answer lists at most."""

_BUILDS = 'WorkflowType = "BuildWorkflow"'


async def pages(client: Client, query: str, size: int = PAGE) -> AsyncIterator[Sequence[WorkflowExecutionInfo]]:
    """What ``query`` finds, ``size`` at a time, as Temporal's server says it. Raises RPCError.

    The descriptions of the SDK decode the search attributes of each, which is most of what a long list costs.
    """
    request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=size, query=query)
    while True:
        answer = await client.workflow_service.list_workflow_executions(request, retry=True)
        yield answer.executions
        if not answer.next_page_token:
            return
        request.next_page_token = answer.next_page_token


async def running(client: Client, *, most: int) -> list[str]:
    """The IDs of builds that have not ended, newest first."""
    return await _ids(client, f'{_BUILDS} AND ExecutionStatus = "Running"', most)


async def newest(client: Client, *, most: int) -> list[tuple[str, str]]:
    """The builds that are kept, newest first, each with its project."""
    prefix = workflow_id("")
    runs = client.list_workflows(_BUILDS, limit=most)
    found = [(run.id.removeprefix(prefix), run.typed_search_attributes.get(PROJECT)) async for run in runs]
    return [(build_id, project) for build_id, project in found if project is not None]


async def forks(client: Client, build_id: str, *, most: int) -> list[str]:
    """The IDs of the forks of a build that are kept, the newest first."""
    if re.fullmatch(BUILD_ID_PATTERN, build_id) is None:
        return []
    try:
        return await _ids(client, f"{FORKED_FROM} = '{build_id}'", most)
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:  # a namespace in which no worker has been that forks
            return []
        raise


async def _ids(client: Client, query: str, most: int) -> list[str]:
    prefix = workflow_id("")
    return [run.id.removeprefix(prefix) async for run in client.list_workflows(query, limit=most)]
