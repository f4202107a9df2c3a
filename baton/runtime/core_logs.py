"""What Temporal's Rust core has to say goes through Python's logging.

Left alone it writes coloured lines to standard output, for instance while a server is away, amid what a
command prints there for other programs.
"""

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

LOGGER_NAME = "temporalio.core"


def forward_core_logs(*, debug: bool = False, prometheus: str | None = None) -> None:
    """Send the core's warnings, with `debug` all of it, to the logger `temporalio.core`. At the address `prometheus`,
    host:port, it then serves its metrics.

    Call it once a process, in the door, before the first client or worker: later it raises RuntimeError.
    """
    level = "DEBUG" if debug else "WARN"
    forwarding = LogForwardingConfig(logging.getLogger(LOGGER_NAME), append_target_to_name=False)
    telemetry = TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level=level, other_level="ERROR"), forwarding=forwarding),
        metrics=None if prometheus is None else sdk_metrics(prometheus),
    )
    Runtime.set_default(Runtime(telemetry=telemetry))


def sdk_metrics(address: str) -> PrometheusConfig:
    """The core's metrics at ``address``, named as Prometheus wants it: units and ``_total`` in names, times in seconds.

    The SDK leaves all three off unless it is told.
    """
    return PrometheusConfig(
        bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
