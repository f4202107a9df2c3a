"""What a worker that plays no role says to a quick phase that a build wants done in passing."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from baton.contracts.errors import NOT_PLAYED_HERE
from baton.contracts.messages import LadenOrder, PhaseAnswer
from baton.domain.steps import PhaseOrder


@activity.defn(name="perform_phase")
async def played_elsewhere(order: PhaseOrder | LadenOrder) -> PhaseAnswer:
    """Send the build to the role's own task queue.

    Registered wherever builds are carried and no role is played: a worker without an activity of the name could not
    even go on with a build that had a phase done in passing by another one.
    """
    raise not_played_here(order)


def not_played_here(order: PhaseOrder) -> ApplicationError:
    """Why this process does not do it."""
    return ApplicationError(
        f"{order.role.value} is not played by this process", type=NOT_PLAYED_HERE, non_retryable=True
    )
