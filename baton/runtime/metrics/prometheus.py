"""Metrics in Prometheus's form: Baton's own, and those of Temporal's SDK, as one page."""

import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from baton.runtime.metrics.catalogue import MEASURED, Kind, Metric

Reading = Mapping[Metric, Sequence[tuple[Mapping[str, str], float]]]
"""The values of gauges, each with its labels."""

_SDK_SECONDS = 2.0


class PrometheusMeter:
    """Counts in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series for each metric, of no use
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._readings: _Readings | None = None
        self._kept: dict[str, Any] = {metric.name: self._made(metric) for metric in MEASURED}

    def add(self, metric: Metric, amount: float, labels: dict[str, str]) -> None:
        """Add to a counter or a gauge."""
        kept = self._kept[metric.name]
        (kept.labels(**labels) if labels else kept).inc(amount)

    def observe(self, metric: Metric, value: float, labels: dict[str, str]) -> None:
        """Put a value into a histogram."""
        kept = self._kept[metric.name]
        (kept.labels(**labels) if labels else kept).observe(value)

    def follow(self, metric: Metric, now: Callable[[], float]) -> None:
        """Have a gauge say what ``now`` says when it is asked."""
        self._kept[metric.name].set_function(now)

    @contextmanager
    def shown(self, reading: Callable[[], Reading]) -> Iterator[None]:
        """Show what ``reading`` says, each time anew, while the context lasts. A second one would say the same: it is
        not shown.
        """
        if self._readings is not None:
            yield
            return
        self._readings = _Readings(reading)
        self.registry.register(self._readings)
        try:
            yield
        finally:
            self.registry.unregister(self._readings)
            self._readings = None

    def show_sdk(self, address: str) -> None:
        """Show the metrics that Temporal's SDK serves at ``address``, too."""
        self.registry.register(_Sdk(address))

    def _made(self, metric: Metric) -> Any:
        match metric.kind:
            case Kind.COUNTER:
                return Counter(metric.name, metric.told, metric.labels, registry=self.registry)
            case Kind.GAUGE:
                return Gauge(metric.name, metric.told, metric.labels, registry=self.registry)
            case Kind.HISTOGRAM:
                return Histogram(metric.name, metric.told, metric.labels, registry=self.registry, buckets=metric.bounds)


class _Readings(Collector):
    def __init__(self, reading: Callable[[], Reading]) -> None:
        self._reading = reading

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for metric, values in self._reading().items():
            family = GaugeMetricFamily(metric.name, metric.told, labels=metric.labels)
            for labels, value in values:
                family.add_metric([labels[name] for name in metric.labels], value)
            yield family

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()


class _Sdk(Collector):
    """Temporal's core has a server of its own, on loopback: it is asked when somebody asks here."""

    def __init__(self, address: str) -> None:
        self._url = f"http://{address}/metrics"

    def collect(self) -> Iterable[Any]:
        try:
            with urllib.request.urlopen(self._url, timeout=_SDK_SECONDS) as answer:  # noqa: S310 - on loopback
                text = answer.read().decode()
        except (OSError, HTTPException):
            return
        yield from text_string_to_metric_families(text)

    def describe(self) -> Iterable[Any]:
        return ()
