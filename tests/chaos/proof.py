"""What must hold of every build when all is healed: journal, SQL, Temporal, REST and the work itself say the same."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from baton.contracts.names import workflow_id
from baton.domain.fold import fold
from baton.domain.journal import ChainBroken, Entry, verify
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Status
from baton.store.ids import build_key
from baton.store.proof.differing import DifferenceKind
from baton.workshop.workspace import Workspaces
from gateway.builds import Builds
from gateway.histories.journal import recorded_journal
from gateway.mirroring.auditing import audit_builds
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import Verification
from gateway.mirroring.verifying import verify as verify_mirror
from tests.chaos.crowd import Record
from tests.chaos.findings import Findings, Kind
from tests.chaos.scene import Scene

_ENDINGS: Mapping[Status, WorkflowExecutionStatus] = {
    Status.COMPLETE: WorkflowExecutionStatus.COMPLETED,
    Status.CANCELLED: WorkflowExecutionStatus.CANCELED,
    Status.FAILED: WorkflowExecutionStatus.FAILED,
}
_UNWRITTEN_SECONDS = 60.0
_AT_REST = (Status.ERROR, Status.WAITING, Status.PAUSED, *_ENDINGS)


@dataclass
class Proof:
    """Looks at builds and writes down what is wrong with them."""

    scene: Scene
    builds: Builds
    findings: Findings
    entries: int = 0
    rows: int = 0

    async def of_the_mirror(self) -> None:
        """Hold all of SQL against Temporal's histories, and against its own hash chains."""
        verification = await self._at_rest()
        if verification.behind:
            self.findings.add(Kind.LOST, f"SQL lacks entries of {verification.behind} builds, long after all is healed")
        for check in verification.builds:
            if check.message:
                self.findings.add(Kind.CHAIN, f"{check.build_id}: {check.message}")
            for found in check.differences:
                kind = Kind.LOST if found.kind is DifferenceKind.MISSING else Kind.DRIFT
                self.findings.add(kind, f"{check.build_id}: SQL: {found}")
        for check in (await asyncio.to_thread(audit_builds, self.scene.engine, Scope())).builds:
            self.findings.add(Kind.CHAIN, f"{check.build_id}: audit: {check.differences}")

    async def _at_rest(self) -> Verification:
        """What verifying says as soon as nothing is on its way to SQL any more, or when that takes too long."""
        end = time.monotonic() + _UNWRITTEN_SECONDS
        while True:
            verification = await verify_mirror(self.scene.client, self.scene.engine, Scope())
            if not verification.behind or time.monotonic() > end:
                return verification
            await asyncio.sleep(1)

    async def of(self, record: Record) -> None:
        """Look at one build, in all places."""
        build_id = record.tale.build_id
        entries = list((await recorded_journal(self.scene.client, workflow_id(build_id))).entries)
        view = await self.builds.status(build_id)
        self.entries += len(entries)
        self._chain(build_id, entries, view)
        self._commands(record, entries)
        self._phases(build_id, entries, view)
        self._rows(build_id)
        await self._standing(record, view)
        await self._work(view)
        await self._rest(view)

    def _chain(self, build_id: str, entries: list[Entry], view: BuildView) -> None:
        try:
            head = verify(entries)
        except ChainBroken as broken:
            self.findings.add(Kind.CHAIN, f"{build_id}: {broken}")
            return
        if head != view.head or fold(entries).as_of(view.updated_at) != view.as_of(view.updated_at):
            self.findings.add(
                Kind.CHAIN, f"{build_id}: the journal is not what the build says: {_apart(entries, view)}"
            )

    def _commands(self, record: Record, entries: list[Entry]) -> None:
        """What was answered is in the journal, once; what was refused is not."""
        build_id = record.tale.build_id
        written = Counter(entry.command_id for entry in entries if entry.command_id is not None)
        by_sequence = {entry.sequence: entry for entry in entries}
        for key, sequence in record.carried_out.items():
            entry = by_sequence.get(sequence)
            if entry is None or not written[key]:
                self.findings.add(Kind.LOST, f"{build_id}: {key} was answered with entry {sequence}, and is not there")
        for key, reason in record.refused.items():
            if written[key]:
                self.findings.add(Kind.FALSE, f"{build_id}: {key} was refused ({reason}) and carried out")
        kinds = Counter((entry.command_id, entry.kind) for entry in entries if entry.command_id is not None)
        for (key, kind), times in kinds.items():
            if times > 1 and kind is not EntryKind.STATE_ADVANCED:
                self.findings.add(Kind.DOUBLED, f"{build_id}: {key} was written {times} times as {kind.value}")

    def _phases(self, build_id: str, entries: list[Entry], view: BuildView) -> None:
        """Each order is settled at most once, and none that a program reported and nobody overtook is missing."""
        marks = self.scene.marks.of(build_id)
        begun = {mark.number for mark in marks if mark.what == "begun"}
        if surplus := {number for number in begun if number > view.ledger.phase_runs}:
            self.findings.add(Kind.LOST, f"{build_id}: orders {sorted(surplus)} were begun and are not in the ledger")
        reports = [entry for entry in entries if (entry.data.get("report") or {}).get("player") is not None]
        done = {mark.number for mark in marks if mark.what == "ended"}
        if len(reports) > len(done):
            self.findings.add(Kind.DOUBLED, f"{build_id}: {len(reports)} reports of {len(done)} phases that ended")

    def _rows(self, build_id: str) -> None:
        key = build_key(build_id)
        query = "SELECT sequence FROM {} WHERE workflow_id IN (:plain, :dashed) AND NOT superseded"
        for table in ("workflow_events", "workflow_handoffs"):
            with self.scene.engine.connect() as connection:
                found = connection.scalars(text(query.format(table)), {"plain": key.hex, "dashed": str(key)}).all()
            self.rows += len(found)
            if doubled := [number for number, times in Counter(found).items() if times > 1]:
                self.findings.add(Kind.DOUBLED, f"{build_id}: {table} has {doubled} more than once")

    async def _standing(self, record: Record, view: BuildView) -> None:
        client, build_id = self.scene.client, record.tale.build_id
        described = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(build_id))
            )
        )
        status = WorkflowExecutionStatus(described.workflow_execution_info.status)
        if status is not _ENDINGS.get(view.status, WorkflowExecutionStatus.RUNNING):
            self.findings.add(Kind.FALSE, f"{build_id}: {view.status.value}, and Temporal says {status.name}")
        if view.status not in _AT_REST:
            self.findings.add(Kind.STUCK, f"{build_id}: {view.status.value} in {view.current_state.value}")
        if described.HasField("pending_workflow_task") and described.pending_workflow_task.attempt > 1:
            self.findings.add(Kind.STUCK, f"{build_id}: a workflow task does not get through")

    async def _work(self, view: BuildView) -> None:
        """The tree of a complete build holds one line for each order that led to it."""
        if view.status is not Status.COMPLETE or view.commit is None:
            return
        workspace = await Workspaces(self.scene.home / "workspaces").open(view.build_id)
        if (await workspace.head()).sha != view.commit:
            self.findings.add(Kind.FALSE, f"{view.build_id}: the workspace is not at the commit of the journal")
        lines = (workspace.tree / "work.txt").read_text(encoding="utf-8").splitlines()
        if len(set(lines)) != len(lines):
            self.findings.add(Kind.DOUBLED, f"{view.build_id}: work of an order was done twice: {lines}")

    async def _rest(self, view: BuildView) -> None:
        if self.scene.gateway is None:
            return
        async with httpx2.AsyncClient(base_url=self.scene.gateway.url, timeout=30) as client:
            answer = await client.get(f"/api/workflows/{view.build_id}/status")
        told = answer.json().get("current_state")
        if answer.status_code != 200 or told != view.current_state.value:
            self.findings.add(
                Kind.FALSE, f"{view.build_id}: REST says {answer.status_code} {told}, not {view.current_state.value}"
            )


def _apart(entries: list[Entry], view: BuildView) -> str:
    """In what the journal and the status of a build differ."""
    folded = fold(entries)
    names = [name for name in type(view).model_fields if getattr(folded, name) != getattr(view, name)]
    return ", ".join(f"{name} {str(getattr(folded, name))[:300]} / {str(getattr(view, name))[:300]}" for name in names)
