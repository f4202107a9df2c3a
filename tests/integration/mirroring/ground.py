"""Builds that Temporal has, in all the ways in which a build can have run."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError

from baton.domain.jsonvalue import canonical
from baton.domain.steps import PhaseOrder
from baton.domain.terms import Limits
from baton.domain.vocabulary import Phase, State
from baton.store.proof.stored import columns_of
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import reading
from gateway.histories.journal import events_of, recorded_journal
from tests.workflow.stage import FAILED_TESTS, Play, Stage

TABLES = (BuildWorkflow, WorkflowEvent, WorkflowHandoff)
CONTINUED: dict[str, Any] = {"history_events": 50, "limits": Limits(rework_rounds=20)}
"""Terms of builds that go on in new runs."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The builds by how they went, and the rows that the worker wrote of them."""

    happy: str
    reworked: str
    cancelled: str
    continued: str
    reset: str
    project: str
    rows: dict[str, list[tuple[Any, ...]]]

    @property
    def builds(self) -> tuple[str, ...]:
        return (self.happy, self.reworked, self.cancelled, self.continued, self.reset)


async def play_all(scene: Stage, engine: Engine) -> Ground:
    """Have five builds played; the profile ``long`` has the terms of those that continue as new."""
    names = {name: f"{name}-{uuid4().hex[:8]}" for name in ("happy", "reworked", "cancelled", "continued", "reset")}
    project = f"mirrored-{uuid4().hex[:8]}"
    start = partial(scene.start, project_id=project)
    await (await start(names["happy"], metadata={"weight": 1.5, "text": "Ünïcode \u2028"})).handle.result()
    scene.script[Phase.TESTING] = [FAILED_TESTS]
    await (await start(names["reworked"])).handle.result()
    scene.script[Phase.VERIFICATION] = [_endless]
    await _cancel(await start(names["cancelled"]))
    scene.script[Phase.TESTING] = [FAILED_TESTS] * 3
    await (await start(names["continued"], profile="long")).handle.result()
    await _reset(scene, await start(names["reset"]))
    return Ground(**names, project=project, rows=dump(engine))


async def _endless(_: PhaseOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def _cancel(play: Play) -> None:
    await play.until(lambda view: view.current_state is State.VERIFICATION)
    await play.handle.cancel(reason="wrong branch")
    try:
        await play.handle.result()
    except WorkflowFailureError:
        return


async def _reset(scene: Stage, play: Play) -> None:
    """A build that was complete is reset to its middle, where the tests fail this time."""
    await play.handle.result()
    scene.script[Phase.TESTING] = [FAILED_TESTS]
    await reset_to_the_middle(scene.client, play.handle.id)
    await scene.client.get_workflow_handle(play.handle.id).result()


async def reset_to_the_middle(client: Client, workflow_id: str) -> None:
    """Reset the newest run of a workflow to the middle one of its workflow tasks."""
    run_id = (await recorded_journal(client, workflow_id)).run_ids[-1]
    tasks = [
        event.event_id
        async for event in events_of(client, workflow_id, run_id)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            reason="try again",
            workflow_task_finish_event_id=tasks[len(tasks) // 2],
            request_id=uuid4().hex,
        )
    )


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every column of every row, in an order of its own; JSON as the bytes that would be hashed."""
    return {table.__tablename__: sorted(_rows(engine, table), key=repr) for table in TABLES}


def _rows(engine: Engine, table: Any) -> list[tuple[Any, ...]]:
    columns = [getattr(table, name) for name in columns_of(table)]
    with reading(engine) as session:
        found = session.execute(select(*columns)).all()
    return [tuple(canonical(value) if isinstance(value, dict) else value for value in row) for row in found]
