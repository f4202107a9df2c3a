"""What leaves this process in spans: names, IDs and numbers that are listed here, and nothing of what a build is about.

Libraries put more into spans than that: an error's message and its trace, a model's tools and words, a request's query.
A list of what may pass is the only one that holds when they come to put in something new.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status, StatusCode

ATTRIBUTES = frozenset(
    {
        "baton.build_id",
        "baton.command",
        "baton.entries",
        "baton.exit_code",
        "baton.link",
        "baton.outcome",
        "baton.phase",
        "baton.program",
        "baton.role",
        "baton.run",
        "baton.runner",
        "baton.verdict",
        "error.type",
        "exception.type",
        "gen_ai.agent.name",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.model",
        "gen_ai.system",
        "gen_ai.tool.name",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "http.method",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.status_code",
        "operation.cost",
        "temporalActivityID",
        "temporalActivityType",
        "temporalRunID",
        "temporalUpdateID",
        "temporalWorkflowID",
    }
)
"""The attributes that may pass."""

TOOLS = frozenset(
    {
        "delete_file",
        "list_files",
        "read_file",
        "replace_in_file",
        "report",
        "run_tests",
        "search_files",
        "show_changes",
        "write_file",
    }
)
"""The tools that a model has. It can ask for any other, in words of its own."""

QUESTIONS = ("QueryWorkflow:", "HandleQuery:")
"""Spans that are left out: who watches a build asks twice a second, and that is no part of what happens to it."""

_LONGEST = 200
_OTHER = "other"
_TOOL = "gen_ai.tool.name"
_MODELS = "pydantic-ai"
_PLAIN_NAME = re.compile(r"[\w ./:{}()*-]{1,120}")


class Discreet(SpanExporter):
    """Hands on to ``exporter`` what may be told."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send ``spans`` but for questions, without what may not be told."""
        told = [_discreet(span) for span in spans if not span.name.startswith(QUESTIONS)]
        return self._exporter.export(told) if told else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Send nothing any more."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is kept back."""
        return self._exporter.force_flush(timeout_millis)


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=_name(span),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes),
        events=[_event(event) for event in span.events if event.name == "exception"],
        links=[Link(link.context, _attributes(link.attributes)) for link in span.links],
        kind=span.kind,
        status=_status(span),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(span: ReadableSpan) -> str:
    attributes = span.attributes or {}
    scope = span.instrumentation_scope
    if scope is not None and scope.name == _MODELS:
        operation = str(attributes.get("gen_ai.operation.name") or "tools")
        of = {"chat": "gen_ai.request.model", "execute_tool": _TOOL, "invoke_agent": "gen_ai.agent.name"}
        named = attributes.get(of.get(operation, ""))
        if operation == "execute_tool" and named not in TOOLS:
            named = _OTHER
        return operation if named is None else f"{operation} {named}"[:_LONGEST]
    return span.name if _PLAIN_NAME.fullmatch(span.name) else _OTHER


def _attributes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    kept = {name: _cut(value) for name, value in (attributes or {}).items() if name in ATTRIBUTES}
    if _TOOL in kept and kept[_TOOL] not in TOOLS:
        kept[_TOOL] = _OTHER
    return kept


def _cut(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value


def _event(event: Event) -> Event:
    return Event(event.name, _attributes(event.attributes), event.timestamp)


def _status(span: ReadableSpan) -> Status:
    """What sort of error it was, without its message."""
    types = [(event.attributes or {}).get("exception.type") for event in span.events if event.name == "exception"]
    known = span.status.status_code is StatusCode.ERROR and types
    return Status(span.status.status_code, _cut(types[-1]) if known else None)
