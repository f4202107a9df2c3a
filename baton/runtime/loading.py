"""Loading a program without looking for garbage, of which next to none is made meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 20_000


@contextmanager
def loading() -> Iterator[None]:
    """Where a program that stays is loaded. What is loaded counts as there for good, and is not looked at again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def loads_as_it_goes() -> None:
    """For a program that is over soon, and loads what it needs when it needs it."""
    gc.set_threshold(_SELDOM)
