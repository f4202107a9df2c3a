"""What is measured, in the words of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """``compared``: whether a ratio to the reference says something."""

    part: str
    title: str
    unit: str
    compared: bool = True


_CPU = "CPU a build at 20 in flight"

METRICS: dict[str, Metric] = {
    "throughput_20": Metric("builds", "throughput, 20 in flight", "builds/s"),
    "throughput_200": Metric("builds", "throughput, 200 in flight", "builds/s"),
    "cpu_total": Metric("builds", f"{_CPU}: together", "ms"),
    "cpu_worker": Metric("builds", f"{_CPU}: worker", "ms"),
    "cpu_server": Metric("builds", f"{_CPU}: Temporal server", "ms"),
    "cpu_database": Metric("builds", f"{_CPU}: PostgreSQL", "ms", compared=False),
    "latency_p50": Metric("latency", "one build, alone, p50", "ms"),
    "latency_p95": Metric("latency", "one build, alone, p95", "ms"),
    "events": Metric("history", "history events a build", ""),
    "bytes": Metric("history", "history bytes a build", "B"),
    "bytes_once": Metric("history", "history bytes a build, without what the mirror is given", "B"),
    "actions": Metric("history", "Temporal actions a build", ""),
    "lag_1_p50": Metric("lag", "mirror lag, 1 in flight, p50", "ms", compared=False),
    "lag_1_p95": Metric("lag", "mirror lag, 1 in flight, p95", "ms", compared=False),
    "lag_20_p50": Metric("lag", "mirror lag, 20 in flight, p50", "ms", compared=False),
    "lag_20_p95": Metric("lag", "mirror lag, 20 in flight, p95", "ms", compared=False),
    "mirror_rows": Metric("rows", "what the mirror can write", "rows/s", compared=False),
    "help": Metric("startup", "`starter.py --help`", "s", compared=False),
    "status": Metric("startup", "`starter.py status`", "s", compared=False),
    "describe": Metric("startup", "`temporal workflow describe`", "s", compared=False),
    "worker_ready": Metric("startup", "worker, from its start until it takes work", "s", compared=False),
    "growth_finished": Metric("growth", "finished builds in the database", "", compared=False),
    "growth_throughput": Metric("growth", "throughput, 20 in flight", "builds/s", compared=False),
    "growth_p50": Metric("growth", "one build, alone, p50", "ms", compared=False),
    "worker_empty": Metric("parked", "memory of the worker, empty", "MiB", compared=False),
    "parked": Metric("parked", "builds parked", "", compared=False),
    "worker_parked": Metric("parked", "memory of the worker over that, with them", "MiB", compared=False),
    "parked_cpu": Metric("parked", "CPU of the worker meanwhile", "% of a core", compared=False),
    "query_cached": Metric("parked", "status query, cached build, p50", "ms", compared=False),
    "query_evicted": Metric("parked", "status query, evicted build, p50", "ms", compared=False),
    "rework_few": Metric("rework", "a round of rework, in a build with few", "ms", compared=False),
    "rework_many": Metric("rework", "a round of rework, in a build with many", "ms", compared=False),
    "rework_few_cpu": Metric("rework", "CPU of worker and server for it, in a build with few", "ms", compared=False),
    "rework_many_cpu": Metric("rework", "CPU of worker and server for it, in a build with many", "ms", compared=False),
    "crash_in_flight": Metric("crash", "builds in flight", "", compared=False),
    "crash_without": Metric("crash", "all done, without a crash", "s"),
    "crash_with": Metric("crash", "all done, with kill -9 of the worker on the way", "s"),
    "crash_after": Metric("crash", "all done after the kill -9", "s"),
    "crash_twice": Metric("crash", "phases that ran twice", "", compared=False),
}
