"""Where a worker's time goes: cProfile over its main thread, which runs the event loop and the activities.

Workflow code runs in threads of Temporal's SDK, so a profiler is put into those, too.
"""

import cProfile
import os
import pstats
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PROFILE = "BENCH_PROFILE"


@contextmanager
def profiled() -> Iterator[None]:
    """Profile the body, if ``BENCH_PROFILE`` names a file for it. CPU time, not the time of waiting."""
    path = os.environ.get(PROFILE)
    if not path:
        yield
        return
    import time

    profiles: list[cProfile.Profile] = []

    def begin(*_: object) -> None:
        mine = cProfile.Profile(time.thread_time)
        profiles.append(mine)
        mine.enable()

    threading.setprofile(begin)
    main = cProfile.Profile(time.thread_time)
    main.enable()
    try:
        yield
    finally:
        main.disable()
        stats = pstats.Stats(main)
        for one in profiles:
            one.create_stats()
            stats.add(one)
        stats.dump_stats(path)
