"""Traces, for a process whose environment asks for them."""

import importlib.metadata
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from baton.runtime.tracing import spans
from baton.runtime.tracing.asked import EXPORTER, asking

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

_FLUSH_SECONDS = 3.0
_GROUP = "opentelemetry_traces_exporter"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_USUAL_PROTOCOL = "http/protobuf"
_OTLP = {_USUAL_PROTOCOL: "otlp_proto_http", "grpc": "otlp_proto_grpc"}
_PACKAGES = {
    "otlp_proto_http": "opentelemetry-exporter-otlp-proto-http",
    "otlp_proto_grpc": "opentelemetry-exporter-otlp-proto-grpc",
}
_INSTALL = "pip install 'baton-orchestrator[observe]'"


class NoTraces(Exception):
    """Traces are wanted and cannot be had; the message says why, and what to do."""


def open_tracing(environ: Mapping[str, str], service: str, warn: Callable[[str], None]) -> bool:
    """Begin to trace where ``environ`` asks for it, as the service ``service``; whether it did.

    Where it cannot be done ``warn`` is told why, in a sentence, and the process goes on without. Called again, it
    changes nothing. Call it before the first client of Temporal's is made.
    """
    asks = asking(environ)
    if asks is None or spans.tracing():
        return spans.tracing()
    try:
        _open(environ, service, asks)
    except NoTraces as reason:
        warn(f"{reason}. Going on without traces")
    return spans.tracing()


def flush(seconds: float = _FLUSH_SECONDS) -> None:
    """Send what is not sent yet, for so long at most: a collector that is away holds nobody up."""
    if not spans.tracing():
        return
    from opentelemetry.trace import get_tracer_provider

    sending = threading.Thread(target=get_tracer_provider().force_flush, daemon=True)  # type: ignore[attr-defined]
    sending.start()
    sending.join(seconds)


def _open(environ: Mapping[str, str], service: str, asks: str) -> None:
    try:
        from opentelemetry import trace
        from temporalio.contrib.opentelemetry import ReplaySafeTracerProvider, create_tracer_provider

        from baton.runtime.tracing.discretion import Discreet
        from baton.runtime.tracing.keeping import Keeping
        from baton.runtime.tracing.linking import plugins
    except ImportError as error:
        raise NoTraces(f"{asks} asks for traces, and {error.name} is not installed: {_INSTALL}") from None
    # A process has one provider, for good.
    if not isinstance(trace.get_tracer_provider(), ReplaySafeTracerProvider):
        exporter = _exporter(environ, asks)
        # Flushed by who ends the process; what the library does at exit can take as long as a collector is away.
        provider = create_tracer_provider(resource=_resource(environ, service), shutdown_on_exit=False)
        provider.add_span_processor(Keeping(Discreet(exporter)))
        trace.set_tracer_provider(provider)
    logging.getLogger("opentelemetry.context").addFilter(_no_detaching)
    spans.install(trace.get_tracer("baton"), plugins())


def _no_detaching(record: logging.LogRecord) -> bool:
    """Not that a context was left elsewhere than it was entered: a workflow that a worker drops from its memory is
    cleared away wherever that happens to be, and nothing is wrong.
    """
    return record.msg != "Failed to detach context"


def _resource(environ: Mapping[str, str], service: str) -> "Resource":
    from opentelemetry.sdk.resources import Resource

    named = environ.get("OTEL_SERVICE_NAME") or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    version = {"service.version": importlib.metadata.version("baton-orchestrator")}
    return Resource.create(version if named else version | {"service.name": service})


def _exporter(environ: Mapping[str, str], asks: str) -> "SpanExporter":
    name = environ.get(EXPORTER, "").strip().lower() or "otlp"
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)  # its own choice is where commands print for other programs
    if name == "otlp":
        protocol = next((text for one in _PROTOCOLS if (text := environ.get(one, "").strip())), _USUAL_PROTOCOL)
        if protocol not in _OTLP:
            raise NoTraces(f"The protocol {protocol!r} is none of {', '.join(_OTLP)}: correct {_PROTOCOLS[1]}")
        name = _OTLP[protocol]
    found = list(importlib.metadata.entry_points(group=_GROUP, name=name))
    if not found:
        package = _PACKAGES.get(name)
        remedy = f"pip install {package}" if package else f"write otlp, console or none into {EXPORTER}"
        raise NoTraces(f"{asks} asks for traces, and there is no exporter {name!r} here: {remedy}")
    try:
        made: SpanExporter = found[0].load()()
    except Exception as error:
        raise NoTraces(f"{asks} asks for traces, and the exporter {name!r} cannot be made: {error}") from None
    return made
