"""The system that carries the workflows of a rung."""

from datetime import timedelta
from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.bodies import PHASES
from bench.ladder.climbing import QUEUE, QUEUES, Climb
from bench.ladder.rungs import Rung
from bench.systems.bare import Bare
from bench.systems.bare_workflow import TASK_TIMEOUT
from bench.systems.baton import request
from bench.systems.stage import Stage
from bench.systems.turn import Lost
from gateway.web_ui import search_attributes

_JOIN = WorkflowIDConflictPolicy.USE_EXISTING


class Climber(Bare):
    """The reference with the workflows of the rung that it stands on."""

    name = "ladder"
    label = "ladder"
    worker = "bench.ladder.worker"
    queues = QUEUES

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.rung = Rung()

    async def _one(self, build: str) -> None:
        if self.rung.answered:
            starting = WithStartWorkflowOperation(
                Climb.run, args=[build, self.rung], id_conflict_policy=_JOIN, **self._started_as(build)
            )
            await self.client.execute_update_with_start_workflow(Climb.opened, start_workflow_operation=starting)
            result = await (await starting.workflow_handle()).result()
        else:
            result = await self.client.execute_workflow(Climb.run, args=[build, self.rung], **self._started_as(build))
        if result != PHASES[-1]:
            raise Lost(f"the workflow {build!r} ended with {result!r}")

    def _started_as(self, build: str) -> dict[str, Any]:
        return {
            "id": build,
            "task_queue": QUEUE,
            "task_timeout": timedelta(seconds=TASK_TIMEOUT),
            "search_attributes": search_attributes(request(build)) if self.rung.attributes else None,
        }
