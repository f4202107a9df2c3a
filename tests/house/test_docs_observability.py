"""The docs tell every metric with its type and its labels, every variable of tracing, and every field of the log."""

import pytest

from baton.runtime.metrics.catalogue import LOOKED_UP, MEASURED, Metric
from baton.runtime.tracing.asked import DISABLED, ENDPOINTS, EXPORTER
from baton.runtime.tracing.discretion import ATTRIBUTES
from gateway.cli.traced import PARENT
from tests.pages import page

DOCS = page("docs/observability.md")


@pytest.mark.parametrize("metric", [*MEASURED, *LOOKED_UP], ids=lambda metric: metric.name)
def test_a_metric_is_told_with_its_type_and_labels(metric: Metric) -> None:
    (row,) = [line for line in DOCS.text.splitlines() if line.startswith(f"| `{metric.name}` |")]
    _, _, kind, labels, told, _ = (cell.strip() for cell in row.split("|"))
    assert kind == metric.kind.value
    assert tuple(label.strip("`") for label in labels.split()) == metric.labels
    assert told


def test_no_metric_is_told_that_is_not_there() -> None:
    told = {span for span in DOCS.spans if span.startswith("baton_")}
    assert told == {metric.name for metric in (*MEASURED, *LOOKED_UP)}


def test_the_variables_that_are_read_are_told() -> None:
    assert {*ENDPOINTS, EXPORTER, DISABLED, PARENT} <= set(DOCS.spans)


def test_the_fields_of_the_log_are_told() -> None:
    assert {"build_id", "run_id", "role", "trace_id", "span_id"} <= set(DOCS.spans)


def test_attributes_that_are_told_may_pass() -> None:
    told = {span for span in DOCS.spans if span.startswith("baton.")}
    assert told
    assert told <= ATTRIBUTES
