"""Gathering what an export holds, from Temporal, or from SQL where Temporal no longer has the build."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHistory

from baton.contracts.names import workflow_id
from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.vocabulary import Phase
from baton.store.beside import beside
from baton.store.proof.entries import own_journal
from baton.store.proof.finding import read_build
from gateway.errors import BuildNotFound
from gateway.exporting.document import Artifact, Artifacts, Export, ExportedRun
from gateway.histories.former import former_entries, other_runs
from gateway.histories.joining import whole
from gateway.histories.journal import RecordedJournal, events_of, recorded_journal
from gateway.histories.standing import Standing
from gateway.sources import Source

_CHUNK = 1024 * 1024


async def gather(client: Client, engine: Engine, build_id: str, *, releases: Path, baton: str) -> Export:
    """Everything of a build. ``releases`` is the folder of releases on this machine.

    Raises BuildNotFound, HistoryUnreadable, HistoryBroken, RPCError and StoreError.
    """
    recorded = await recorded_journal(client, workflow_id(build_id))
    stored = await beside(read_build, engine, build_id)
    journal = whole(recorded, stored) if recorded.entries else own_journal(stored)
    if journal is None:
        raise BuildNotFound(
            f"Neither Temporal's history nor SQL has a whole, unbroken journal of build {build_id!r}. What is wrong "
            f"with it is said by: python starter.py mirror verify --build {build_id}"
        )
    there = recorded.standing is not Standing.MISSING
    return Export(
        exported_at=datetime.now(UTC),
        baton=baton,
        build_id=build_id,
        workflow_id=recorded.workflow_id,
        namespace=client.namespace if there else None,
        standing=recorded.standing,
        whole=recorded.standing is not Standing.RUNNING and fold(journal).ended,
        source=Source.TEMPORAL if recorded.entries else Source.SQL,
        journal=list(journal),
        superseded=list(await former_entries(client, recorded)) if there else [],
        runs=[run async for run in _runs(client, recorded)],
        artifacts=await asyncio.to_thread(_artifacts, journal, releases / build_id),
    )


async def _runs(client: Client, recorded: RecordedJournal) -> AsyncIterator[ExportedRun]:
    if recorded.standing is Standing.MISSING:
        return
    for run_id in [*(await other_runs(client, recorded)), *recorded.run_ids]:
        events = [event async for event in events_of(client, recorded.workflow_id, run_id)]
        history = WorkflowHistory(recorded.workflow_id, events).to_json_dict()
        yield ExportedRun(run_id=run_id, living=run_id in recorded.run_ids, history=history)


def _artifacts(journal: Sequence[Entry], folder: Path) -> Artifacts:
    report = fold(journal).phases[Phase.DEPLOYMENT].report or {}
    output: Any = report.get("output")
    released = bool(report.get("deployment_successful")) and isinstance(output, dict)
    files = [path for path in sorted(folder.iterdir()) if _is_plain(path)] if folder.is_dir() else []
    return Artifacts(release=output if released else None, files=[_file(path) for path in files])


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _file(path: Path) -> Artifact:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
    return Artifact(name=path.name, size=path.stat().st_size, sha256=hashed.hexdigest())
