"""Spans, wherever something is done that takes time. Without tracing they cost a function call and are nothing.

OpenTelemetry is loaded by :mod:`baton.runtime.tracing.opening` alone, and only where traces are wanted.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Attribute = str | int | float | bool

_NO_TRACE = 0
_API = "opentelemetry.trace"
_state: dict[str, Any] = {}
_remembered: ContextVar[tuple[str, str] | None] = ContextVar("remembered", default=None)


def install(tracer: Any, plugins: tuple[Any, ...]) -> None:
    """Have spans made by ``tracer`` from now on, and clients of Temporal made with ``plugins``."""
    _state.update(tracer=tracer, plugins=plugins)


def uninstall() -> None:
    """Have no spans made any more."""
    _state.clear()


def tracing() -> bool:
    """Whether this process makes spans."""
    return bool(_state)


def client_plugins() -> list[Any]:
    """What a client of Temporal's is made with, and every worker of that client."""
    return list(_state.get("plugins", ()))


@contextmanager
def span(name: str, *, parent: Mapping[str, str] | None = None, **attributes: Attribute | None) -> Iterator[None]:
    """A span around the body. ``parent`` is where it comes from, as :func:`carried` says it.

    In the name of an attribute a double underscore stands for a dot: ``baton__phase`` is ``baton.phase``. ``None`` is
    left out. Names and values never hold what a build is about.
    """
    tracer = _state.get("tracer")
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span(name, context=_context(parent), attributes=_named(attributes)):
        yield


def mark(**attributes: Attribute | None) -> None:
    """Add attributes to the current span, named as for :func:`span`."""
    if _state:
        sys.modules[_API].get_current_span().set_attributes(_named(attributes))


def carried() -> dict[str, str]:
    """The current span as the header ``traceparent`` says it; empty where there is none."""
    if not _state:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier


def current_ids() -> tuple[str, str] | None:
    """The trace ID and the span ID of the current span, or of the one remembered, in hexadecimal; else ``None``."""
    if not _state:
        return None
    context = sys.modules[_API].get_current_span().get_span_context()
    if context.trace_id == _NO_TRACE:
        return _remembered.get()
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def remember() -> None:
    """Remember the current span for the rest of the task: how an activity failed is logged when its span has ended."""
    if _state:
        _remembered.set(current_ids())


def _context(parent: Mapping[str, str] | None) -> Any:
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract(dict(parent))


def _named(attributes: Mapping[str, Attribute | None]) -> dict[str, Attribute]:
    return {name.replace("__", "."): value for name, value in attributes.items() if value is not None}
