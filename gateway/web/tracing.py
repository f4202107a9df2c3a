"""A span for each request, in the trace of its caller where it names one."""

from fastapi import FastAPI

from baton.runtime.tracing.spans import tracing

_UNTOLD = r"^[^/]*//[^/]*/(?:(?:healthz|readyz|metrics)$|static/)"
"""Where no span is made: what is asked all the time. It is searched for in the whole URL, without its query."""


def trace_requests(app: FastAPI) -> None:
    """Have ``app`` make spans, where the process does."""
    if not tracing():
        return
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from opentelemetry.metrics import NoOpMeterProvider

    FastAPIInstrumentor.instrument_app(
        app, excluded_urls=_UNTOLD, exclude_spans=["receive", "send"], meter_provider=NoOpMeterProvider()
    )
