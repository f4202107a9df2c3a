"""The figures that Baton is to reach, and whether it does."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

from bench.reporting.results import Results
from bench.reporting.words import number

Measured = Callable[[Results], float | None]


@dataclass(frozen=True)
class Figure:
    """``measured`` is to be at least ``bound``, or at most, or below it."""

    title: str
    measured: Measured
    relation: str
    bound: float
    unit: str = ""

    def judged(self, results: Results) -> tuple[str, str, str]:
        """What is to be reached, what was measured, and the verdict."""
        wanted = f"{_WORDS[self.relation]} {number(self.bound)} {self.unit}".strip()
        found = self.measured(results)
        if found is None:
            return wanted, "", "not measured"
        reached = _RELATIONS[self.relation](found, self.bound)
        return wanted, f"{number(found)} {self.unit}".strip(), "reached" if reached else "not reached"


_RELATIONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt}
_WORDS = {">=": "at least", "<=": "at most", "<": "under"}


def _ratio(metric: str, system: str, against: str = "bare") -> Measured:
    def measured(results: Results) -> float | None:
        found = results.ratio(metric, system, against)
        return None if found is None else found.median

    return measured


def _value(metric: str, system: str) -> Measured:
    def measured(results: Results) -> float | None:
        found = results.spread(metric, system)
        return None if found is None else found.median

    return measured


def _quotient(metric: str, other: str, system: str) -> Measured:
    def measured(results: Results) -> float | None:
        above, below = results.spread(metric, system), results.spread(other, system)
        return None if above is None or below is None else above.median / below.median

    return measured


def _crash_over(system: str) -> Measured:
    """How far all builds with a crash on the way are over 1.3 times the time without, in seconds."""

    def measured(results: Results) -> float | None:
        crashed, well = results.spread("crash_with", system), results.spread("crash_without", system)
        return None if crashed is None or well is None else crashed.median - 1.3 * well.median

    return measured


_SQLITE, _POSTGRESQL, _GROWN = "baton-sqlite", "baton-postgresql", "baton-postgresql-grown"
_QUICK, _QUICK_POSTGRESQL = "baton-sqlite-quick", "baton-postgresql-quick"

FIGURES: tuple[Figure, ...] = (
    Figure("throughput to bare Temporal, 20 in flight, SQLite", _ratio("throughput_20", _SQLITE), ">=", 0.95),
    Figure("throughput to bare Temporal, 20 in flight, PostgreSQL", _ratio("throughput_20", _POSTGRESQL), ">=", 0.90),
    Figure("throughput to bare Temporal, 200 in flight, SQLite", _ratio("throughput_200", _SQLITE), ">=", 0.95),
    Figure("throughput to bare Temporal, 200 in flight, PostgreSQL", _ratio("throughput_200", _POSTGRESQL), ">=", 0.90),
    Figure("CPU a build to bare Temporal, SQLite", _ratio("cpu_total", _SQLITE), "<=", 1.10),
    Figure("CPU a build to bare Temporal, PostgreSQL", _ratio("cpu_total", _POSTGRESQL), "<=", 1.10),
    Figure("latency (p50) to bare Temporal, SQLite", _ratio("latency_p50", _SQLITE), "<=", 1.10),
    Figure("latency (p50) to bare Temporal, PostgreSQL", _ratio("latency_p50", _POSTGRESQL), "<=", 1.10),
    Figure("history events of a happy build", _value("events", _SQLITE), "<=", 50),
    Figure("history bytes, the journal not counted twice", _value("bytes_once", _SQLITE), "<=", 16_000, "B"),
    Figure("mirror lag p95, 20 in flight, SQLite", _value("lag_20_p95", _SQLITE), "<", 250, "ms"),
    Figure("mirror lag p95, 20 in flight, PostgreSQL", _value("lag_20_p95", _POSTGRESQL), "<", 250, "ms"),
    Figure("quick phases: throughput to DBOS, SQLite", _ratio("throughput_20", _QUICK, "dbos-sqlite"), ">=", 1.0),
    Figure(
        "quick phases: throughput to DBOS, PostgreSQL",
        _ratio("throughput_20", _QUICK_POSTGRESQL, "dbos-postgresql"),
        ">=",
        1.0,
    ),
    Figure(
        "quick phases: throughput to LangGraph, SQLite",
        _ratio("throughput_20", _QUICK, "langgraph-sqlite"),
        ">=",
        1.0,
    ),
    Figure(
        "quick phases: throughput to LangGraph, PostgreSQL",
        _ratio("throughput_20", _QUICK_POSTGRESQL, "langgraph-postgresql"),
        ">=",
        1.0,
    ),
    Figure("parked builds: memory over the empty worker", _value("worker_parked", "worker"), "<", 250, "MiB"),
    Figure("parked builds: CPU of the worker", _value("parked_cpu", "worker"), "<", 3, "% of a core"),
    Figure(
        "status query of an evicted build to a cached one",
        _quotient("query_evicted", "query_cached", "worker"),
        "<",
        3,
    ),
    Figure("all done after kill -9, SQLite", _value("crash_after", _SQLITE), "<", 4, "s"),
    Figure("all done after kill -9, to DBOS", _ratio("crash_after", _SQLITE, "dbos-sqlite"), "<", 1.0),
    Figure("with kill -9, over 1.3 times the time without", _crash_over(_SQLITE), "<=", 5, "s"),
    Figure("a round of 300 to one of 3, time", _quotient("rework_many", "rework_few", _SQLITE), "<=", 1.1),
    Figure("a round of 300 to one of 3, CPU", _quotient("rework_many_cpu", "rework_few_cpu", _SQLITE), "<=", 1.1),
    Figure(
        "throughput beside finished builds, to that without",
        _ratio("growth_throughput", _GROWN, _POSTGRESQL),
        ">=",
        0.95,
    ),
    Figure(
        "latency (p50) beside finished builds, to that without", _ratio("growth_p50", _GROWN, _POSTGRESQL), "<=", 1.05
    ),
    Figure("`starter.py --help`", _value("help", "command line"), "<", 0.3, "s"),
    Figure(
        "`starter.py status` to `temporal workflow describe`", _quotient("status", "describe", "command line"), "<", 2
    ),
)
