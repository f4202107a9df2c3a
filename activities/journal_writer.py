"""Writing entries into SQL, for whichever activity was handed them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from temporalio import activity

from activities.waking import wake
from baton.contracts.messages import MirrorBatch, NoticeQueue
from baton.store.beside import beside
from baton.store.mirror import Mirror

Watched = Callable[[MirrorBatch], AbstractContextManager[None]]
"""A context around the write of a batch, for those who count and trace."""


def unwatched(batch: MirrorBatch) -> AbstractContextManager[None]:
    """Nothing around it."""
    return nullcontext()


class JournalWriter:
    """Writes through ``mirror``, at most ``at_once`` batches at a time: so many connections it takes."""

    def __init__(self, mirror: Mirror, *, at_once: int = 10, watched: Watched = unwatched) -> None:
        self._mirror = mirror
        self._slots = asyncio.Semaphore(at_once)
        self._watched = watched

    async def write(self, batch: MirrorBatch) -> None:
        """Write ``batch``, once however often it is called, and have sent what subscribers are to be told of it.

        Raises what :meth:`baton.store.mirror.Mirror.write` raises.
        """
        async with self._slots:
            with self._watched(batch):
                told = await beside(self._mirror.write, batch)
        await _wake(told)


async def _wake(queues: list[NoticeQueue]) -> None:
    """The entries are written, whether this succeeds or not: the notifier looks for what nobody sends."""
    if not queues:
        return
    for queue, reason in await wake(activity.client(), queues):
        activity.logger.warning(
            "the notices of build %r to %r wait for the notifier to find them: %s",
            queue.build_id,
            queue.subscription,
            reason,
        )
