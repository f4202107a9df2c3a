"""How a build's workflow ended, in words."""

from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError

from baton.contracts.errors import NOT_OPENED
from baton.contracts.messages import CommandReply
from gateway.errors import BuildEnded, BuildNotOpened
from workflows.build import BuildWorkflow

Handle = WorkflowHandle[BuildWorkflow, CommandReply]

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
    if (not_opened := await why_not_opened(handle, build_id, description)) is not None:
        return not_opened
    how = _WORDS.get(description.status, "has ended") if description.status is not None else "has ended"
    when = f" since {description.close_time:%Y-%m-%d %H:%M:%S} UTC" if description.close_time is not None else ""
    return BuildEnded(f"Build {build_id!r} has ended{when}: it {how}. Nothing can be told to it any more")


async def why_not_opened(
    handle: Handle, build_id: str, description: WorkflowExecutionDescription
) -> BuildNotOpened | None:
    """Why a closed build never opened; ``None`` for one that did."""
    if description.status is not WorkflowExecutionStatus.FAILED:
        return None
    try:
        await handle.result()
    except WorkflowFailureError as error:
        return not_opened(build_id, error.cause)
    return None


def not_opened(build_id: str, cause: BaseException) -> BuildNotOpened | None:
    """The error for a build whose workflow, or first update, failed with ``cause`` before it opened."""
    if isinstance(cause, ApplicationError) and cause.type in NOT_OPENED:
        return BuildNotOpened(f"Build {build_id!r} could not begin: {cause.message}. Its ID is free to be used again")
    return None
