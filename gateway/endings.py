"""How a build's workflow ended, in words."""

from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError

from baton.contracts.errors import BUILD_ABANDONED, NOT_OPENED
from baton.contracts.messages import CommandReply
from gateway.errors import BuildEnded, BuildNotOpened
from workflows.build import BuildWorkflow

Handle = WorkflowHandle[BuildWorkflow, CommandReply]

_MOST_SAID = 300
_OPEN = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)
_WORDS = {
    WorkflowExecutionStatus.COMPLETED: "is complete",
    WorkflowExecutionStatus.FAILED: "was abandoned",
    WorkflowExecutionStatus.CANCELED: "was cancelled",
    WorkflowExecutionStatus.TERMINATED: "was terminated in Temporal, without cleaning up",
    WorkflowExecutionStatus.TIMED_OUT: "was timed out by Temporal",
}


def is_closed(description: WorkflowExecutionDescription) -> bool:
    """Whether the workflow has ended."""
    return description.status not in _OPEN


async def how_it_ended(
    handle: Handle, build_id: str, description: WorkflowExecutionDescription
) -> BuildEnded | BuildNotOpened:
    """Why a closed build can be told nothing any more."""
    cause = await _cause(handle, description)
    if (failed := not_opened(build_id, cause)) is not None:
        return failed
    how = _WORDS.get(description.status, "has ended") if description.status is not None else "has ended"
    if cause is not None and not _is_abandoned(cause):
        how = f"failed in Temporal, without having been given up: {' '.join(str(cause).split())[:_MOST_SAID]}"
    when = f" since {description.close_time:%Y-%m-%d %H:%M:%S} UTC" if description.close_time is not None else ""
    return BuildEnded(f"Build {build_id!r} has ended{when}: it {how}. Nothing can be told to it any more")


async def why_not_opened(
    handle: Handle, build_id: str, description: WorkflowExecutionDescription
) -> BuildNotOpened | None:
    """Why a closed build never opened; ``None`` for one that did."""
    return not_opened(build_id, await _cause(handle, description))


async def _cause(handle: Handle, description: WorkflowExecutionDescription) -> BaseException | None:
    """What a workflow that failed failed with."""
    if description.status is not WorkflowExecutionStatus.FAILED:
        return None
    try:
        await handle.result()
    except WorkflowFailureError as error:
        return error.cause
    return None


def _is_abandoned(cause: BaseException) -> bool:
    return isinstance(cause, ApplicationError) and cause.type == BUILD_ABANDONED


def not_opened(build_id: str, cause: BaseException | None) -> BuildNotOpened | None:
    """The error for a build whose workflow, or first update, failed with ``cause`` before it opened."""
    if isinstance(cause, ApplicationError) and cause.type in NOT_OPENED:
        return BuildNotOpened(f"Build {build_id!r} could not begin: {cause.message}. Its ID is free to be used again")
    return None
