"""Counting, wherever something happens. Without metrics it costs a function call and is nothing.

The library is loaded by :mod:`baton.runtime.metrics.opening` alone, and only where metrics are wanted.
"""

from collections.abc import Callable
from typing import Protocol

from baton.runtime.metrics.catalogue import Metric


class Meter(Protocol):
    """Where it is counted."""

    def add(self, metric: Metric, amount: float, labels: dict[str, str]) -> None:
        """Add to a counter or a gauge."""
        ...

    def observe(self, metric: Metric, value: float, labels: dict[str, str]) -> None:
        """Put a value into a histogram."""
        ...

    def follow(self, metric: Metric, now: Callable[[], float]) -> None:
        """Have a gauge without labels say what ``now`` says when it is asked."""
        ...


_meters: list[Meter] = []


def install(meter: Meter) -> None:
    """Count with ``meter`` from now on."""
    _meters[:] = [meter]


def uninstall() -> None:
    """Count no more."""
    _meters.clear()


def metering() -> bool:
    """Whether this process counts."""
    return bool(_meters)


def add(metric: Metric, amount: float = 1, **labels: str) -> None:
    """Add to a counter or a gauge."""
    for meter in _meters:
        meter.add(metric, amount, labels)


def observe(metric: Metric, value: float, **labels: str) -> None:
    """Put a value into a histogram."""
    for meter in _meters:
        meter.observe(metric, value, labels)


def follow(metric: Metric, now: Callable[[], float]) -> None:
    """Have a gauge without labels say what ``now`` says when it is asked."""
    for meter in _meters:
        meter.follow(metric, now)
