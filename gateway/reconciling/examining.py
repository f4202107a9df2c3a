"""One build whose rows may not say what Temporal says of its workflow: look closely, and write down what is true."""

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowExecutionStatus

from activities.waking import wake
from baton.contracts.messages import NoticeQueue
from baton.contracts.names import workflow_id
from baton.domain.outside import OutsideEnd, OutsideKind
from baton.store.beside import beside
from baton.store.reconciling import Believed, believed, record_end, record_life
from gateway.histories.ending import described, how_it_closed
from gateway.mirroring.repairing import Deed, Repairing

log = logging.getLogger("baton.worker")

_SETTLED = timedelta(seconds=60)
"""For so long after a run began, a write of the run before it may still arrive."""


class Examining:
    """Looks at the builds of one Temporal and one database. To do it twice, or in two workers at once, is harmless."""

    def __init__(self, client: Client, engine: Engine) -> None:
        self._client = client
        self._engine = engine
        self._repairing = Repairing(client, engine)

    async def examine(self, build_id: str) -> None:
        """Have SQL say of a build what is true now. Raises RPCError and StoreError."""
        description = await described(self._client, workflow_id(build_id))
        before = await self._believed(build_id)
        if before is None:
            return
        if description is not None and description.status is WorkflowExecutionStatus.RUNNING:
            await self._live(before, description.run_id, description.start_time)
        elif before.ended:
            return
        elif description is None:
            await self._end(before, OutsideEnd(kind=OutsideKind.DELETED, at=datetime.now(UTC)))
        else:
            await self._repair(build_id)
            after = await self._believed(build_id)
            end = await how_it_closed(self._client, workflow_id(build_id), description.run_id)
            if after is not None and not after.ended and end is not None:
                await self._end(after, end)

    async def _live(self, before: Believed, run_id: str, since: datetime) -> None:
        """It runs: in a run that SQL has not been compared with, or against what SQL says."""
        if before.run_id == run_id and not before.ended:
            return
        await self._repair(before.build_id)
        settled = datetime.now(UTC) - since > _SETTLED
        if await beside(record_life, self._engine, before.build_id, run_id if settled else None):
            log.warning("build %r goes on: its workflow runs again", before.build_id)

    async def _repair(self, build_id: str) -> None:
        """Bring in what the history holds and SQL does not, and put aside what a reset made untrue."""
        repair = await self._repairing.repair(build_id)
        if repair.deed is Deed.MENDED:
            log.info("build %r: SQL said something else than Temporal's history, and was mended", build_id)
        elif repair.deed is Deed.LEFT:
            log.warning(
                "build %r: SQL says something else than Temporal's history, and cannot be mended%s. See: "
                "python starter.py mirror verify --build %s",
                build_id,
                f": {repair.message}" if repair.message else "",
                build_id,
            )

    async def _end(self, seen: Believed, end: OutsideEnd) -> None:
        queues = await beside(record_end, self._engine, seen.build_id, seen.head, end)
        if queues is not None:
            log.warning("build %r has ended, and its journal does not say so. %s", seen.build_id, end.sentence)
            await self._wake(queues)

    async def _believed(self, build_id: str) -> Believed | None:
        return (await beside(believed, self._engine, [build_id])).get(build_id)

    async def _wake(self, queues: list[NoticeQueue]) -> None:
        for queue, reason in await wake(self._client, queues):
            log.warning("the notices of %s to %r wait for the notifier: %s", queue.about, queue.subscription, reason)
