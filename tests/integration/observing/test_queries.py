"""Every query of the dashboard and of the alerts asks for metrics and labels that there are.

They are looked for on pages of a real worker and a real gateway. What appears there only when it happens has its labels
from Baton's catalogue, which ``test_metrics`` holds against the pages, or, of the SDK, from :data:`ON_FAILURE`, which
``test_what_goes_wrong_in_workers_is_counted_as_the_alerts_expect`` has happen.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from baton.runtime.metrics.catalogue import LOOKED_UP, MEASURED, Kind
from tests.integration.observing.conftest import House, Samples, samples

OBSERVE = Path(__file__).parents[3] / "deploy" / "observe"
BY_PROMETHEUS = {"instance", "job"}
ON_FAILURE = {
    "temporal_workflow_task_execution_failed_total": {"workflow_type", "task_queue", "failure_reason"},
    "temporal_activity_execution_failed_total": {"activity_type", "task_queue", "failure_reason"},
}


def _alerts() -> dict[str, str]:
    rules = yaml.safe_load((OBSERVE / "prometheus" / "alerts.yml").read_text())
    return {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}


def _panels() -> dict[str, list[tuple[str, str]]]:
    board = json.loads((OBSERVE / "grafana" / "dashboards" / "baton.json").read_text())
    return {
        panel["title"]: [(target["expr"], target.get("legendFormat", "")) for target in panel["targets"]]
        for panel in board["panels"]
        if panel["type"] != "row"
    }


QUERIES = {**{name: [(query, "")] for name, query in _alerts().items()}, **_panels()}


@pytest.fixture(scope="module")
def known(house: House) -> dict[str, set[str]]:
    """The labels of every metric."""
    pages: list[Samples] = [samples(house.scraped()), samples(house.http.get("/metrics").text)]
    found: dict[str, set[str]] = {name: {*labels} for name, labels in ON_FAILURE.items()}
    for page in pages:
        for name, values in page.items():
            found.setdefault(name, set()).update(label for labels, _ in values for label in labels)
    families = {line.split()[2] for line in house.scraped().splitlines() if line.startswith("# TYPE ")}
    for metric in (*MEASURED, *LOOKED_UP):
        assert metric.name in families
        parts = ("_bucket", "_count", "_sum") if metric.kind is Kind.HISTOGRAM else ("",)
        for part in parts:
            found.setdefault(metric.name + part, set()).update(metric.labels, {"le"} if part == "_bucket" else ())
    found["up"] = set()
    return found


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_what_there_is(name: str, known: dict[str, set[str]]) -> None:
    for query, legend in QUERIES[name]:
        expression = promql.parse(query)
        metrics, labels = set(), set()
        for metric, matched in _selected(expression):
            assert metric in known, f"{metric} in {query}"
            assert matched <= known[metric] | BY_PROMETHEUS, query
            metrics.add(metric)
            labels |= known[metric]
        assert metrics
        shown = {part.partition("}}")[0] for part in legend.split("{{")[1:]}
        assert _grouped(expression) | shown <= labels | BY_PROMETHEUS, query
        assert shown <= _grouped(expression) or not _grouped(expression), f"{legend} of {query}"


def test_every_alert_says_how_bad_it_is_and_what_it_is_and_the_docs_what_to_do() -> None:
    rules = yaml.safe_load((OBSERVE / "prometheus" / "alerts.yml").read_text())
    docs = (OBSERVE.parents[1] / "docs" / "observability.md").read_text()
    for rule in rules["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert f"| `{rule['alert']}` |" in docs


def test_what_matters_raises_an_alert() -> None:
    assert set(_alerts()) >= {
        "BatonNoWorker",
        "BatonNonDeterminism",
        "BatonPayloadTooLarge",
        "BatonScheduleToStart",
        "BatonMirrorBehind",
        "BatonBuildsParked",
        "BatonApprovalOverdue",
    }


def _walked(expression: Any) -> Iterator[Any]:
    nodes: list[Any] = []

    def visit(node: Any) -> bool:
        nodes.append(node)
        return True

    promql.walk(expression, visit)
    yield from nodes


def _selected(expression: Any) -> Iterator[tuple[str, set[str]]]:
    for node in _walked(expression):
        if isinstance(node, promql.VectorSelector):
            yield node.name or "", {one.name for one in node.matchers.matchers if one.name != "__name__"}


def _grouped(expression: Any) -> set[str]:
    grouped: set[str] = set()
    for node in _walked(expression):
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            grouped.update(node.modifier.labels)
    return grouped
