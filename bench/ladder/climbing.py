"""The workflow of the ladder, and its activities."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import Priority, RetryPolicy, SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from baton.contracts.names import BUILD_ROLE, BUILD_STATE, PROJECT_ID, USER_ID
    from bench.bodies import PHASES, perform
    from bench.ladder.rungs import ORDER_BYTES, WRITTEN_BYTES, Rung
    from bench.systems.bare_workflow import HEARTBEAT_SECONDS

QUEUE = "ladder"
ROLES = ("q_assistant", "q_assistant", "code_writer", "test_auditor", "verification_overseer", "release_manager")
"""Who plays which of the six phases."""
QUEUES = (QUEUE, *(f"{QUEUE}-{role}" for role in dict.fromkeys(ROLES)))

_RIDE = timedelta(seconds=2)
_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100))


@activity.defn
async def phase(build: str, name: str, order: str) -> dict[str, Any]:
    """One phase."""
    return perform(build, name)


@activity.defn
async def terms(build: str) -> str:
    """What a profile is read for."""
    return "t" * 1_000


@activity.defn
async def written(build: str, entries: str) -> None:
    """What the last entries are written by."""


@workflow.defn
class Climb:
    """Six phases, one after the other, and what the rung has besides."""

    def __init__(self) -> None:
        self._opened = False

    @workflow.update
    async def opened(self) -> str:
        """Answers when the phases begin."""
        await workflow.wait_condition(lambda: self._opened)
        return "a" * 300

    @workflow.run
    async def run(self, build: str, rung: Rung) -> str:
        """Returns the name of the last phase."""
        if rung.answered:
            await workflow.execute_local_activity(terms, build, start_to_close_timeout=timedelta(seconds=10))
            riding = asyncio.create_task(workflow.sleep(_RIDE))  # noqa: F841, RUF006 - ends with the run
        self._opened = True
        for role, name in zip(ROLES, PHASES, strict=True):
            if rung.attributes:
                self._show(role, name)
            await workflow.execute_activity(
                phase,
                args=[build, name, "o" * ORDER_BYTES if rung.orders else ""],
                task_queue=f"{QUEUE}-{role}" if rung.queues else None,
                start_to_close_timeout=timedelta(hours=1),
                heartbeat_timeout=timedelta(seconds=HEARTBEAT_SECONDS),
                retry_policy=_RETRY,
                priority=Priority(priority_key=3, fairness_key="bench") if rung.fairness else Priority.default,
            )
        if rung.attributes:
            self._show("none", "complete")
        if rung.written:
            await workflow.execute_activity(
                written, args=[build, "w" * WRITTEN_BYTES], start_to_close_timeout=timedelta(minutes=1)
            )
        return name

    def _show(self, role: str, state: str) -> None:
        wanted = {BUILD_STATE: state, BUILD_ROLE: role, PROJECT_ID: "bench", USER_ID: "bench"}
        present = workflow.info().typed_search_attributes
        keys = {SearchAttributeKey.for_keyword(name): value for name, value in wanted.items()}
        workflow.upsert_search_attributes(
            [key.value_set(value) for key, value in keys.items() if present.get(key) != value]
        )
