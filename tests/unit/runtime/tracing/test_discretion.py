"""What libraries put into spans beyond names, IDs and numbers stays here."""

from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode, Tracer

from baton.runners.llm.tools import Toolbox
from baton.runtime.tracing.discretion import TOOLS, Discreet

CANARY = "canary of a request"


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


@pytest.fixture
def provider() -> tuple[TracerProvider, Kept]:
    kept, made = Kept(), TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(Discreet(kept)))
    return made, kept


def _told(span: ReadableSpan) -> str:
    return f"{span.to_json()}{span.status.description}"


def test_an_error_is_told_by_its_type_alone(provider: tuple[TracerProvider, Kept]) -> None:
    made, kept = provider
    tracer: Tracer = made.get_tracer("temporalio")
    with tracer.start_as_current_span("RunActivity:perform_phase", attributes={"said": CANARY}) as span:
        span.record_exception(ValueError(CANARY))
        span.add_event(CANARY)
        span.set_status(Status(StatusCode.ERROR, f"ValueError: {CANARY}"))
    (told,) = kept.spans
    assert CANARY not in _told(told)
    assert told.status.description == "ValueError"
    assert [(event.name, dict(event.attributes or {})) for event in told.events] == [
        ("exception", {"exception.type": "ValueError"})
    ]


@pytest.mark.parametrize("words", ["hunter2", "hunter2: was refused"])
def test_what_is_said_of_an_error_without_an_exception_stays_here(
    provider: tuple[TracerProvider, Kept], words: str
) -> None:
    made, kept = provider
    with made.get_tracer("a library").start_as_current_span("asked") as span:
        span.set_status(Status(StatusCode.ERROR, words))
    (told,) = kept.spans
    assert told.status.status_code is StatusCode.ERROR
    assert told.status.description is None


def test_a_model_says_nothing_in_a_span_not_even_by_the_name_of_a_tool(provider: tuple[TracerProvider, Kept]) -> None:
    made, kept = provider
    tracer = made.get_tracer("pydantic-ai")
    for tool in ("read_file", CANARY):
        given = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.arguments": CANARY,
        }
        with tracer.start_as_current_span(f"execute_tool {tool}", attributes=given):
            pass
    chat: dict[str, str | int] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 7,
    }
    with tracer.start_as_current_span("chat gpt-4o", attributes=chat | {"gen_ai.input.messages": CANARY}):
        pass
    assert [span.name for span in kept.spans] == ["execute_tool read_file", "execute_tool other", "chat gpt-4o"]
    assert all(CANARY not in _told(span) for span in kept.spans)
    assert (kept.spans[-1].attributes or {})["gen_ai.usage.input_tokens"] == 7


def test_a_name_of_any_form_is_not_told_and_questions_are_no_spans(provider: tuple[TracerProvider, Kept]) -> None:
    made, kept = provider
    for name in (f"HandleSignal:{CANARY}\n", "x" * 121, "HandleQuery:status"):
        made.get_tracer("temporalio").start_span(name).end()
    assert [span.name for span in kept.spans] == ["other", "other"]


def test_the_tools_that_are_named_are_those_that_a_model_has() -> None:
    toolbox = Toolbox.__new__(Toolbox)

    async def nothing() -> str:
        return ""

    given = {tool.name for tool in (*toolbox.writing(nothing), *toolbox.reading(nothing))}
    assert given | {"report"} == TOOLS
