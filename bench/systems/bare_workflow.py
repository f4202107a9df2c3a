"""The workflow of the reference, and its activity."""

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from bench.bodies import PHASES, perform

QUEUE = "bare"
TASK_TIMEOUT = 5.0
"""As Baton's builds have it."""
HEARTBEAT_SECONDS = 1.0
"""A worker that is killed is noticed after so long, here and in the profile that Baton's builds have."""


@activity.defn
async def bare_phase(build: str, phase: str) -> dict[str, Any]:
    """One phase."""
    return perform(build, phase)


@workflow.defn
class BareBuild:
    """Six phases, one after the other."""

    @workflow.run
    async def run(self, build: str) -> str:
        """Returns the name of the last phase."""
        for phase in PHASES:
            await workflow.execute_activity(
                bare_phase,
                args=[build, phase],
                start_to_close_timeout=timedelta(hours=1),
                heartbeat_timeout=timedelta(seconds=HEARTBEAT_SECONDS),
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100)),
            )
        return phase
