"""Comparing SQL with Temporal's histories, and telling subscribers of what differs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.heartbeats import heartbeating
from activities.waking import wake
from baton.contracts.errors import CHECK_FAILED
from baton.contracts.messages import CheckMirror, MirrorChecked
from baton.contracts.notices import DriftData
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.notices.drift import put_drift

Progress = Callable[[int, int], None]
"""Told how many of how many builds are done."""

Verify = Callable[[CheckMirror, Progress], Awaitable[MirrorChecked]]
"""Compares the builds that are meant. Raises RPCError and StoreError."""

_MOST_MESSAGE = 1000


class MirrorCheck:
    """The activity ``check_mirror``: ``verify`` does the comparing, subscribers are found in ``engine``."""

    def __init__(self, engine: Engine, verify: Verify) -> None:
        self._engine = engine
        self._verify = verify

    @activity.defn(name="check_mirror")
    async def check_mirror(self, order: CheckMirror) -> MirrorChecked:
        """Compare SQL with Temporal's histories. What differs is told once, however often this is called.

        Fails with ``check_failed``, for another try, while Temporal or the database is away.
        """
        async with heartbeating() as beat:
            try:
                checked = await self._verify(order, lambda done, all_: beat(done, all_))
                if not checked.holds:
                    await self._tell(checked)
            except (StoreError, RPCError) as error:
                raise ApplicationError(str(error)[:_MOST_MESSAGE], type=CHECK_FAILED) from None
            return checked

    async def _tell(self, checked: MirrorChecked) -> None:
        found = DriftData(
            checked=checked.checked,
            drifted=checked.drifted,
            unreadable=checked.unreadable,
            builds=checked.builds,
            message=checked.message,
        )
        activity.logger.warning("%s", checked.message)
        run_id = activity.info().workflow_run_id or ""
        queues = await beside(put_drift, self._engine, found, run_id, datetime.now(UTC))
        for queue, reason in await wake(activity.client(), queues):
            activity.logger.warning(
                "the notices of the mirror to %r wait for the notifier to find them: %s", queue.subscription, reason
            )
