"""A house in which builds run, are mirrored, and are compared by the reconciler when a test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
    TerminateWorkflowExecutionRequest,
)
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.contracts.messages import StartBuild
from baton.contracts.names import BUILDS_QUEUE, workflow_id
from baton.domain.vocabulary import CommandName, Role
from baton.runtime.embedded import EmbeddedTemporal
from baton.store.mirror import Mirror
from baton.store.reading import get_build
from baton.store.records import BuildDetail
from gateway.reconciling.round import Reconciler
from gateway.worker.readiness import prepare_namespace
from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template
from tests.workflow.stage import Play, Stage, all_manual, stage
from workflows.build import BuildWorkflow

__all__ = ["database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]


@dataclass(frozen=True)
class House:
    """Builds whose roles are played by hand: each stands still until somebody does something."""

    client: Client
    engine: Engine
    scene: Stage
    reconciler: Reconciler

    async def begin(self, *, advanced: int = 0, execution_timeout: timedelta | None = None) -> Play:
        """A new build, in SQL, after so many reports."""
        request = self.scene.request(f"true-{uuid4().hex[:10]}")
        handle = await self.client.start_workflow(
            BuildWorkflow.run,
            StartBuild(request=request),
            id=workflow_id(request.build_id),
            task_queue=BUILDS_QUEUE,
            task_timeout=timedelta(seconds=2),
            execution_timeout=execution_timeout,
        )
        play = Play(self.scene, request, handle)
        await handle.execute_update(BuildWorkflow.start, request)
        for state in ("discovery", "planning")[:advanced]:
            await play.advance(Role.Q_ASSISTANT, state, {"summary": f"{state} is done"})
        await self.until(play, lambda build: build.head.sequence == 1 + advanced)
        return play

    def told(self, play: Play) -> BuildDetail:
        """What SQL says of it."""
        found = get_build(self.engine, play.request.build_id)
        assert found is not None
        return found

    async def until(self, play: Play, there: Callable[[BuildDetail], bool]) -> BuildDetail:
        """What SQL says of it, as soon as that is so."""
        async with asyncio.timeout(20):
            while True:
                found = get_build(self.engine, play.request.build_id)
                if found is not None and there(found):
                    return found
                await asyncio.sleep(0.02)

    async def rounds_until(self, play: Play, there: Callable[[BuildDetail], bool]) -> BuildDetail:
        """The same, with rounds of the reconciler: Temporal's lists are moments late."""
        async with asyncio.timeout(20):
            while True:
                await self.reconciler.round()
                if there(found := self.told(play)):
                    return found
                await asyncio.sleep(0.05)

    async def reset(self, play: Play, report: int | None = None) -> None:
        """Have Temporal reset it to before the report of that number, or to its end; commands are not given again."""
        tasks: list[int] = []
        before_reports: list[int] = []
        async for event in play.handle.fetch_history_events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                tasks.append(event.event_id)
            accepted = event.workflow_execution_update_accepted_event_attributes
            if accepted.accepted_request.input.name == CommandName.ADVANCE:
                before_reports.append(tasks[-1])
        task = tasks[-1] if report is None else before_reports[report]
        run_id = (await self.client.get_workflow_handle(play.handle.id).describe()).run_id
        await self.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=self.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=play.handle.id, run_id=run_id),
                reason="try again",
                workflow_task_finish_event_id=task,
                request_id=uuid4().hex,
                reset_reapply_exclude_types=[
                    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
                    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
                ],
            )
        )

    async def terminate(self, play: Play, who: str, reason: str) -> None:
        """Have somebody terminate it."""
        await self.client.workflow_service.terminate_workflow_execution(
            TerminateWorkflowExecutionRequest(
                namespace=self.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=play.handle.id),
                identity=who,
                reason=reason,
            )
        )

    async def delete(self, play: Play) -> None:
        """Have Temporal forget it."""
        await self.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=self.client.namespace, workflow_execution=WorkflowExecution(workflow_id=play.handle.id)
            )
        )


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


@pytest.fixture
async def house(client: Client, engine: Engine) -> AsyncIterator[House]:
    write = JournalMirror(JournalWriter(Mirror(engine))).mirror_journal
    async with stage(client, all_manual(), mirror_journal=write) as scene:
        yield House(client, engine, scene, Reconciler(client, engine))
