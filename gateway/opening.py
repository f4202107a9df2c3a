"""Starting a build: once for each build ID, however often it is asked for."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CommandReply, ForkAsked, StartAnswer, StartBuild
from baton.contracts.names import BUILDS_QUEUE, fairness_key, workflow_id
from baton.domain.view import BuildView
from baton.domain.vocabulary import RefusalCode
from gateway.errors import CommandRefused, GatewayError
from gateway.patience import answer_within, send_again
from gateway.web_ui import search_attributes, static_details, static_summary
from workflows.build import BuildWorkflow


class TakenByClosed(Exception):
    """The build ID belongs to a workflow that has closed."""


async def start_or_join(client: Client, start: StartBuild, *, again: bool, seconds: float) -> StartAnswer:
    """Start the build, or join the one that runs under its ID. ``again`` takes the ID of one that failed.

    Raises TakenByClosed, NoWorker, and WorkflowUpdateFailedError with the workflow's refusal.
    """
    kept = ". Temporal keeps the build: it begins as soon as a worker is there"
    try:
        async with answer_within(seconds, after=kept):
            return await send_again(lambda: _start(client, start, again=again))
    except WorkflowAlreadyStartedError as error:
        raise TakenByClosed from error
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT and "search attribute" in error.message.lower():
            raise GatewayError(
                f"Temporal's namespace {client.namespace!r} lacks search attributes that builds carry "
                f"({error.message}). A worker adds them when it starts: python worker.py --all"
            ) from error
        raise


async def _start(client: Client, start: StartBuild, *, again: bool) -> StartAnswer:
    """One try. Another one joins the build that this one may have started."""
    request, asked = start.request, _asked(start)
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    operation: WithStartWorkflowOperation[BuildWorkflow, CommandReply] = WithStartWorkflowOperation(
        BuildWorkflow.run,
        start,
        id=workflow_id(request.build_id),
        task_queue=BUILDS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=reuse,
        static_summary=static_summary(request),
        static_details=static_details(request, None if asked is None else asked.origin),
        search_attributes=search_attributes(request, None if asked is None else asked.origin),
        priority=Priority(fairness_key=fairness_key(request.project_id)),
        # A worker that dies with a workflow task in hand holds its build up for so long; the default is 10 s.
        task_timeout=timedelta(seconds=5),
    )
    # The operation keeps the error that is raised, too, and asyncio complains of one that nobody reads.
    asyncio.ensure_future(operation.workflow_handle()).add_done_callback(_read)
    answer: StartAnswer = await client.execute_update_with_start_workflow(
        *(("start", request) if asked is None else ("start_fork", asked)),
        start_workflow_operation=operation,
        result_type=StartAnswer,
    )
    return answer


def refuse_other(start: StartBuild, taken: BuildView) -> None:
    """Raise CommandRefused (``start_differs``) when the build ID is ``taken`` by another build than is to start."""
    asked = _asked(start)
    origin, key = (None, None) if asked is None else (asked.origin, asked.command_id)
    if differing := taken.differences(start.request, origin, key):
        raise CommandRefused(
            RefusalCode.START_DIFFERS,
            f"build {taken.build_id!r} exists already and differs in: {', '.join(differing)}. "
            "Send the same request, or choose another build ID",
        )


def _asked(start: StartBuild) -> ForkAsked | None:
    if start.forking is None:
        return None
    return ForkAsked(request=start.request, origin=start.forking.fork.origin, command_id=start.forking.command_id)


def _read(finished: asyncio.Future[Any]) -> None:
    if not finished.cancelled():
        finished.exception()
