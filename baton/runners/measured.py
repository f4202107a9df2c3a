"""What runners wait for outside of Baton: coding agents, a profile's own commands, models."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from baton.runtime.metrics import catalogue, meter
from baton.runtime.metrics.catalogue import Metric
from baton.runtime.tracing.spans import mark, span


@dataclass
class Outcome:
    """How it went: ``done``, ``failed`` or ``cancelled``."""

    word: str = "failed"


@contextmanager
def program(name: str) -> Iterator[Outcome]:
    """Around a run of the program ``name``: a span, and how long it took. The body says when it went well."""
    with span(f"program {name}", baton__program=name):
        outcome = Outcome()
        try:
            with _timed(catalogue.PROGRAM_SECONDS, outcome, program=name):
                yield outcome
        finally:
            mark(baton__outcome=outcome.word)


@contextmanager
def model_call(name: str) -> Iterator[Outcome]:
    """Around a request to the model ``name``: how long it took. Its span is made by pydantic-ai."""
    outcome = Outcome()
    with _timed(catalogue.MODEL_CALL_SECONDS, outcome, model=name):
        yield outcome


@contextmanager
def _timed(metric: Metric, outcome: Outcome, **labels: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except asyncio.CancelledError:
        outcome.word = "cancelled"
        raise
    finally:
        meter.observe(metric, time.monotonic() - began, **labels, outcome=outcome.word)
