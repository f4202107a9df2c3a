"""Writing a build's journal into SQL."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeats import heartbeating
from activities.journal_writer import JournalWriter
from baton.contracts.errors import BATCH_BROKEN, MIRROR_FAILED, MIRROR_GAP
from baton.contracts.messages import MirrorBatch
from baton.store.errors import BatchBroken, MirrorGap, StoreError

_MAX_MESSAGE = 1000


class JournalMirror:
    """The activity ``mirror_journal``, writing through ``writer``."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer

    @activity.defn(name="mirror_journal")
    async def mirror_journal(self, batch: MirrorBatch) -> None:
        """Write ``batch``, once however often it is called, and have sent what subscribers are to be told of it.

        Fails for good with ``batch_broken``, and for another try with ``mirror_gap`` or ``mirror_failed``. Failures
        carry no cause: a database driver's own words can hold the rows that were written.
        """
        async with heartbeating():
            try:
                await self._writer.write(batch)
            except BatchBroken as error:
                raise ApplicationError(_capped(str(error)), type=BATCH_BROKEN, non_retryable=True) from None
            except MirrorGap as error:
                raise ApplicationError(_capped(str(error)), error.expected, type=MIRROR_GAP) from None
            except StoreError as error:
                raise ApplicationError(_capped(str(error)), type=MIRROR_FAILED) from None
            except Exception as error:
                activity.logger.exception("build %r could not be mirrored", batch.build_id)
                raise ApplicationError(_capped(_told(batch, error)), type=MIRROR_FAILED) from None


def _told(batch: MirrorBatch, error: Exception) -> str:
    """The first line only: the lines after it show the statement and the row."""
    lines = str(error).splitlines() or [""]
    return f"build {batch.build_id!r} could not be mirrored: {type(error).__name__}: {lines[0]}"


def _capped(message: str) -> str:
    return message if len(message) <= _MAX_MESSAGE else f"{message[: _MAX_MESSAGE - 1]}…"
