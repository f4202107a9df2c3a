"""When traces and metrics are wanted, what happens where they cannot be had, and what they cost where nobody asks."""

import socket
import subprocess
import sys
from functools import partial

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from prometheus_client import generate_latest
from temporalio.runtime import Runtime

from baton.runtime.metrics import catalogue, meter, opening
from baton.runtime.metrics.opening import open_metrics, served
from baton.runtime.tracing import spans
from baton.runtime.tracing.asked import asking
from baton.runtime.tracing.opening import NoTraces, _exporter, open_tracing
from gateway.worker.measuring.interceptor import measuring

OTLP = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("environ", "asks"),
    [
        ({}, None),
        ({OTLP: ""}, None),
        ({OTLP: "http://here:4318"}, OTLP),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://here"}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER"),
        ({OTLP: "http://here:4318", "OTEL_TRACES_EXPORTER": "none"}, None),
        ({OTLP: "http://here:4318", "OTEL_SDK_DISABLED": "TRUE"}, None),
    ],
)
def test_opentelemetrys_own_variables_ask_for_traces(environ: dict[str, str], asks: str | None) -> None:
    assert asking(environ) == asks


def test_a_missing_extra_is_one_sentence_and_no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "baton.runtime.tracing.keeping", raising=False)
    monkeypatch.delitem(sys.modules, "baton.runtime.tracing.discretion", raising=False)
    told: list[str] = []
    assert not open_tracing({OTLP: "http://here:4318"}, "baton-test", told.append)
    (sentence,) = told
    assert sentence.startswith(f"{OTLP} asks for traces, and opentelemetry.sdk.trace is not installed: pip install")
    assert "baton-orchestrator[observe]" in sentence
    assert sentence.endswith("Going on without traces")
    with spans.span("nothing", baton__phase="testing"):
        spans.mark(baton__outcome="done")


def test_a_missing_extra_is_one_sentence_and_no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "baton.runtime.metrics.prometheus", raising=False)
    told: list[str] = []
    assert open_metrics("BATON_METRICS", told.append) is None
    assert told[0].startswith("BATON_METRICS asks for metrics, and prometheus_client is not installed: pip install")
    meter.add(catalogue.COST, 1.0, phase="testing")
    with served("127.0.0.1:0", told.append) as url:
        assert url is None
    assert len(told) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "pigeon"}, "The protocol 'pigeon' is none of http/protobuf, grpc"),
        ({"OTEL_TRACES_EXPORTER": "pigeon"}, "there is no exporter 'pigeon' here: write otlp, console or none into"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "pip install opentelemetry-exporter-otlp-proto-grpc"),
    ],
)
def test_an_exporter_that_is_not_there_is_told(given: dict[str, str], said: str) -> None:
    with pytest.raises(NoTraces) as refused:
        _exporter({OTLP: "http://here:4318"} | given, OTLP)
    assert said in str(refused.value)


def test_spans_on_the_console_leave_standard_output_to_what_commands_print(capsys: pytest.CaptureFixture[str]) -> None:
    exporter = _exporter({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER")
    with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span("seen") as span:
        assert isinstance(span, ReadableSpan)
        exporter.export([span])
    shown = capsys.readouterr()
    assert '"name": "seen"' in shown.err
    assert shown.out == ""


def test_a_worker_that_nobody_looks_at_has_no_interceptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_state", {})
    monkeypatch.setattr(meter, "_meters", [])
    assert measuring() == []
    assert spans.client_plugins() == []


def test_a_port_that_somebody_else_took_costs_the_metrics_of_the_sdk_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    before = Runtime.default()
    monkeypatch.setattr(Runtime, "set_default", partial(Runtime.set_default, error_if_already_set=False))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(opening, "free_port", lambda: taken.getsockname()[1])
        opening.open_runtime("BATON_METRICS", "127.0.0.1:9464", told.append, debug=False)
    try:
        page = opening.opened()
        assert page is not None
        assert b"baton_phases_running" in generate_latest(page.registry)
        assert told[0].startswith("The metrics of Temporal's SDK cannot be had: Failed starting Prometheus exporter")
    finally:
        opening.close_metrics()
        Runtime.set_default(before)


def test_the_doors_load_no_library_for_it() -> None:
    look = (
        "import sys; from gateway.cli.app import main; code = main(['--help']); "
        "found = lambda *names: sorted(m for m in sys.modules if m.startswith(names)); "
        "print(found('opentelemetry', 'prometheus_client'), code); "
        "import gateway.cli.worker_door, gateway.web.server, gateway.worker.service; "
        "print(found('opentelemetry.sdk', 'opentelemetry.exporter', 'opentelemetry.instr', 'prometheus_client'))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-2:] == ["[] 0", "[]"]
