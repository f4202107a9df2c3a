"""What Temporal says of the phase that is being performed, while it is."""

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client

from baton.contracts.names import workflow_id

_STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED


async def attempt_under_way(client: Client, build_id: str) -> int:
    """Which attempt at the current phase is made, 1 being the first; 0 when none is."""
    pending = await _performing(client, build_id)
    return 0 if pending is None else pending.attempt


async def has_beaten(client: Client, build_id: str) -> bool:
    """Whether a worker performs a phase and has sent a heartbeat."""
    pending = await _performing(client, build_id)
    return pending is not None and pending.state == _STARTED and pending.HasField("last_heartbeat_time")


async def _performing(client: Client, build_id: str) -> PendingActivityInfo | None:
    described = await client.get_workflow_handle(workflow_id(build_id)).describe()
    pending = described.raw_description.pending_activities
    return next((one for one in pending if one.activity_type.name == "perform_phase"), None)
