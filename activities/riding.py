"""Writing the entries that ride with an order, while the phase is performed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from temporalio import activity

from activities.journal_writer import JournalWriter
from baton.contracts.messages import LadenOrder
from baton.domain.steps import PhaseOrder

Landed = Callable[[], Awaitable[int | None]]
"""Up to which sequence the entries that rode along are written; ``None`` when that is not known, or nothing rode."""

_PATIENCE_SECONDS = 0.25
_late: set["asyncio.Task[None]"] = set()


@asynccontextmanager
async def written_meanwhile(order: PhaseOrder, writer: JournalWriter | None) -> AsyncIterator[Landed]:
    """Write what rides with ``order``, if it is laden and there is a ``writer``, while the body runs.

    Yields what says how far that has come. It waits a quarter of a second at most: a phase never waits for a database,
    and the build itself sends what nobody has written.
    """
    if writer is None or not isinstance(order, LadenOrder):
        yield _nothing_rode
        return
    sequence = order.journal.entries[-1].sequence
    writing = asyncio.create_task(writer.write(order.journal), name="riding entries")
    _late.add(writing)  # a task that nobody holds can be lost
    writing.add_done_callback(_ended)

    async def landed() -> int | None:
        await asyncio.wait([writing], timeout=_PATIENCE_SECONDS)
        well = writing.done() and not writing.cancelled() and writing.exception() is None
        return sequence if well else None

    yield landed


async def _nothing_rode() -> None:
    return None


def _ended(writing: "asyncio.Task[None]") -> None:
    _late.discard(writing)
    if not writing.cancelled() and (error := writing.exception()) is not None:
        # Its own words can hold the rows. The build sends the entries again, and what fails then is told in full.
        activity.logger.warning("Entries that came with an order are not written yet: %s", type(error).__name__)
