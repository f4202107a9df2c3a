"""What Temporal's Rust core has to say goes through Python's logging.

Left alone it writes coloured lines to standard output, for instance while a server is away, amid what a
command prints there for other programs.
"""

import logging

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

LOGGER_NAME = "temporalio.core"


def forward_core_logs(*, debug: bool = False) -> None:
    """Send the core's warnings, with `debug` all of it, to the logger `temporalio.core`.

    Call it once a process, in the door, before the first client or worker: later it raises RuntimeError.
    """
    level = "DEBUG" if debug else "WARN"
    forwarding = LogForwardingConfig(logging.getLogger(LOGGER_NAME), append_target_to_name=False)
    telemetry = TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level=level, other_level="ERROR"), forwarding=forwarding)
    )
    Runtime.set_default(Runtime(telemetry=telemetry))
