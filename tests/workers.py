"""A worker of a test's own: the real one, in a thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from baton.runtime.settings import Settings
from gateway.worker.duties import Duty
from gateway.worker.service import serve


@contextmanager
def worker(
    home: Path,
    database_url: str,
    environ: Mapping[str, str],
    duties: Sequence[Duty] = (Duty.ORCHESTRATOR,),
    **settings: Any,
) -> Iterator[None]:
    """Serve ``duties`` until the context ends; it has to end within seconds, with no error."""
    made = Settings(home=home, database_url=database_url, graceful_shutdown_seconds=0, **settings)
    loop = asyncio.new_event_loop()
    work = loop.create_task(serve(made, duties, environ, upgrade=False))
    thread = threading.Thread(target=_run, args=(loop, work))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(work.cancel)
        thread.join(20)
        assert not thread.is_alive(), "the worker did not stop"
        loop.close()
    if not work.cancelled():
        work.result()


def _run(loop: asyncio.AbstractEventLoop, work: asyncio.Task[None]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(asyncio.wait([work]))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
