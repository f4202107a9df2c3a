"""Doing something to a PostgreSQL database in many pieces, from several processes."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Engine

from baton.store.engine import open_engine

Begin = Callable[..., Callable[[Any], int]]
"""Given an engine, and whatever else, what does one piece and says how much that was."""

_at_work: list[Callable[[Any], int]] = []
"""What does the pieces of this process."""


def in_processes(engine: Engine, begin: Begin, given: tuple[Any, ...], pieces: Sequence[Any]) -> Iterator[int]:
    """How much each piece was, in the order in which they end. One more process than there are cores: some wait."""
    prepared = (engine.url.render_as_string(hide_password=False), begin, given)
    count = min(len(pieces), 1 + (os.cpu_count() or 1))
    with ProcessPoolExecutor(max(1, count), get_context("spawn"), _begin, prepared) as pool:
        try:
            for done in as_completed([pool.submit(_do, piece) for piece in pieces]):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(url: str, begin: Begin, given: tuple[Any, ...]) -> None:
    _at_work.append(begin(open_engine(url), *given))


def _do(piece: Any) -> int:
    return _at_work[0](piece)
