"""A worker that carries builds until there is something to be told: ``python dying_worker.py ADDRESS DATABASE_URL``.

It dies by SIGKILL right after the entries and what is to be told of them are written, before anybody hears of it.
"""

import asyncio
import os
import signal
import sys
from typing import NoReturn

import activities.journal_writer
from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.runtime.client import connect_plainly
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.workflow.stage import all_manual, stage


def _die(*_: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


async def _main(address: str, database_url: str) -> None:
    setattr(activities.journal_writer, "wake", _die)  # noqa: B010 - mypy forbids the plain assignment
    write = JournalMirror(JournalWriter(Mirror(open_engine(database_url)))).mirror_journal
    async with stage(await connect_plainly(address), all_manual(), mirror_journal=write):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
