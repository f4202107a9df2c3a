"""Whether the environment asks for traces, by OpenTelemetry's own variables."""

from collections.abc import Mapping

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
EXPORTER = "OTEL_TRACES_EXPORTER"
DISABLED = "OTEL_SDK_DISABLED"

_NONE = "none"


def asking(environ: Mapping[str, str]) -> str | None:
    """The variable that asks for traces; ``None`` when none does, or another one says no."""
    if environ.get(DISABLED, "").strip().lower() == "true":
        return None
    exporter = environ.get(EXPORTER, "").strip().lower()
    if exporter == _NONE:
        return None
    named = [name for name in ENDPOINTS if environ.get(name, "").strip()]
    return EXPORTER if exporter else next(iter(named), None)
