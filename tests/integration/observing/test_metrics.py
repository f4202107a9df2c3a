"""What a real worker and a real gateway show to Prometheus."""

import asyncio
import time
from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from baton.domain.vocabulary import AccessRole
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.metrics.catalogue import LOOKED_UP, MEASURED, Kind
from baton.store.engine import open_engine
from gateway.standing.queues import QUEUES
from tests.gateways import token
from tests.integration.observing.conftest import BUILD, CANARY, House, Samples, samples
from tests.integration.observing.mishaps import Carrier, ChangedWaiter, Waiter, bring_too_much


@pytest.fixture(scope="module")
def shown(house: House) -> Samples:
    return samples(house.page)


def test_what_a_build_did_is_counted(shown: Samples) -> None:
    def counted(name: str, **labels: str) -> float:
        return _sum(shown, name, **labels)

    assert counted("baton_phase_seconds_count", outcome="done") == 8
    assert counted("baton_phase_seconds_count", phase="testing") == 2
    assert counted("baton_phases_running") == 0
    assert counted("baton_program_seconds_count", program="command", outcome="done") == 8
    assert counted("baton_journal_entries_total") == 17
    assert counted("baton_journal_entries_total", kind="build_completed") == 1
    assert counted("baton_rework_total", from_state="testing", to_state="implementation") == 1
    assert counted("baton_refusals_total", command="resume", code="not_paused") == 1
    assert counted("baton_tokens_total", direction="input", phase="implementation") == 200
    assert counted("baton_tokens_total", direction="output") == 40
    assert counted("baton_cost_usd_total") == 0.5
    assert counted("baton_model_requests_total") == 4
    assert counted("baton_mirror_lag_seconds_count") == 17
    assert counted("baton_mirror_waiting_entries") == 0


def test_how_things_stand_is_told_from_sql_and_temporal(shown: Samples) -> None:
    assert {labels["queue"]: value for labels, value in shown["baton_queue_pollers"]} == dict.fromkeys(QUEUES, 1)
    assert _sum(shown, "baton_database_up") == _sum(shown, "baton_temporal_up") == 1
    assert {labels["kind"]: value for labels, value in shown["baton_builds_waiting"]} == dict.fromkeys(
        ("report", "approval", "answer", "decision", "resume"), 0
    )
    assert {labels["status"] for labels, _ in shown["baton_webhook_deliveries"]} == {"pending", "parked"}


def test_a_build_that_waits_is_seen_with_its_age_and_its_deadline(house: House) -> None:
    engine = open_engine(house.gateway.settings.database_url)
    changed = "status = '{}', current_state = '{}', waiting_kind = {}, waiting_deadline = {}"
    ended = changed.format("complete", "complete", "NULL", "NULL")
    waits = changed.format("waiting", "handoff_to_releaser", "'approval'", "'2030-01-01 00:00:00.000000'")
    try:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE build_workflows SET {waits} WHERE build_id = '{BUILD}'"))
        page = _until(house, lambda page: _sum(page, "baton_builds_waiting", kind="approval") == 1)
        assert page["baton_builds"] == [({"state": "handoff_to_releaser", "status": "waiting"}, 1)]
        assert _sum(page, "baton_builds_waiting_oldest_seconds", kind="approval") > 0
        assert _sum(page, "baton_builds_waiting_deadline_seconds", kind="approval") > 86_400
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE build_workflows SET {ended} WHERE build_id = '{BUILD}'"))
        engine.dispose()


def test_temporals_own_metrics_are_on_the_same_page_in_seconds(shown: Samples) -> None:
    latency = shown["temporal_activity_schedule_to_start_latency_seconds_sum"]
    assert {labels["task_queue"] for labels, _ in latency} <= set(QUEUES)
    assert 0 < sum(value for _, value in latency) < 3600
    assert _sum(shown, "temporal_workflow_completed_total", workflow_type="BuildWorkflow") == 1


def test_a_page_names_every_metric_once_and_labels_as_the_catalogue_does(house: House, shown: Samples) -> None:
    families = [line.split()[2] for line in house.scraped().splitlines() if line.startswith("# TYPE ")]
    assert len(families) == len(set(families))
    for metric in (*MEASURED, *LOOKED_UP):
        assert metric.name in families, metric.name
        sample = f"{metric.name}_count" if metric.kind is Kind.HISTOGRAM else metric.name
        assert {tuple(sorted(labels)) for labels, _ in shown.get(sample, [])} <= {tuple(sorted(metric.labels))}


def test_labels_hold_no_id_and_no_words_of_a_build(house: House) -> None:
    page = house.scraped()
    for word in (CANARY, f'"{BUILD}"', f"build-{BUILD}", "shop", "ada", "grace"):
        assert word not in page


def test_the_gateways_page_takes_a_token_for_every_project(house: House) -> None:
    engine = open_engine(house.gateway.settings.database_url)
    for projects, status in ((None, 200), (("shop",), 403)):
        key = token(engine, AccessRole.VIEWER, projects=projects)
        with house.gateway.client(key) as http:
            assert http.get("/metrics").status_code == status
    engine.dispose()
    assert httpx2.get(f"{house.gateway.url}/metrics").status_code == 401
    page = samples(house.http.get("/metrics").text)
    routes = {labels["route"] for labels, _ in page["baton_http_request_seconds_count"]}
    assert "/api/workflows/{workflow_id}/status" in routes
    assert not any(BUILD in route for route in routes)


async def test_what_goes_wrong_in_workers_is_counted_as_the_alerts_expect(
    house: House, temporal_server: EmbeddedTemporal
) -> None:
    client = await temporal_server.connect()
    queue = f"mishaps-{uuid4().hex[:8]}"
    async with Worker(
        client, task_queue=queue, workflows=[Waiter, Carrier], activities=[bring_too_much], max_cached_workflows=0
    ):
        waits = await client.start_workflow("Waiter", id=f"{queue}-waits", task_queue=queue)
        brings = await client.start_workflow("Carrier", False, id=f"{queue}-brings", task_queue=queue)
        says = await client.start_workflow("Carrier", True, id=f"{queue}-says", task_queue=queue)
        activity = "temporal_activity_execution_failed_total"
        await asyncio.to_thread(_until, house, lambda page: _sum(page, activity, failure_reason="PayloadsTooLarge") > 0)
        task = "temporal_workflow_task_execution_failed_total"
        await asyncio.to_thread(_until, house, lambda page: _sum(page, task, failure_reason="PayloadsTooLarge") > 0)
        for handle in (brings, says):
            await handle.terminate()
    async with Worker(client, task_queue=queue, workflows=[ChangedWaiter], max_cached_workflows=0):
        await waits.signal("say")
        await asyncio.to_thread(
            _until,
            house,
            lambda page: _sum(page, task, failure_reason="NonDeterminismError", workflow_type="Waiter") > 0,
        )
        await waits.terminate()
    with pytest.raises(WorkflowFailureError):
        await waits.result()


def _sum(page: Samples, name: str, **wanted: str) -> float:
    return sum(
        value for labels, value in page.get(name, []) if all(labels.get(key) == text for key, text in wanted.items())
    )


def _until(house: House, there: Callable[[Samples], bool]) -> Samples:
    deadline = time.monotonic() + 60
    while not there(page := samples(house.scraped())):
        assert time.monotonic() < deadline, {name: page[name] for name in page if "failed" in name or "webhook" in name}
        time.sleep(0.5)
    return page
