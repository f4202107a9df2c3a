"""A whole build with encryption: what it was about is nowhere but where it has to be."""

import asyncio
import base64
import json
from collections.abc import Iterator

import httpx2
import pytest

from gateway.histories.journal import recorded_journal
from gateway.histories.standing import Standing
from tests.integration.hostile.searching import tables
from tests.integration.secrets.conftest import Sung
from tests.integration.secrets.searching import spellings

pytestmark = pytest.mark.asyncio(loop_scope="package")


def _left_by_temporal(sung: Sung) -> Iterator[tuple[str, bytes]]:
    """The files of the server, the logs of all processes, and the payloads that are kept outside."""
    home = sung.stack.settings.home
    for path in (*(home / "temporal").rglob("*"), *home.glob("*.log"), *sung.payloads.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()


async def test_temporal_and_the_logs_hold_nothing_of_what_a_build_is_about(sung: Sung) -> None:
    history = await sung.stack.client.get_workflow_handle(f"build-{sung.build_id}").fetch_history()
    exported = [("exported history", history.to_json().encode())]
    exported += [(f"event {event.event_id}", event.SerializeToString()) for event in history.events]
    left = [*_left_by_temporal(sung), *exported]
    names = [place for place, _ in left]
    assert any(name.endswith("temporal.db") for name in names)
    assert any(name.endswith("worker.log") for name in names)
    assert any(name.endswith("gateway.log") for name in names)
    assert any(str(sung.payloads) in name for name in names)
    wanted = spellings(sung.canary)
    assert [(place, word) for place, raw in left for word in wanted if word in raw] == []
    # The search finds what is there: IDs are no secrets.
    for place in ("temporal.db", "exported history"):
        assert any(f"build-{sung.build_id}".encode() in raw for name, raw in left if name.endswith(place))


async def test_traces_and_metrics_hold_nothing_of_it_either(sung: Sung) -> None:
    run = await asyncio.to_thread(sung.collector.until, lambda one: one.name == "RunWorkflow:BuildWorkflow")
    assert run.service == "baton-worker"
    phases = sung.collector.spans(lambda one: one.name == "RunActivity:perform_phase")
    assert {one.trace_id for one in phases} == {run.trace_id}
    assert [one.attributes["baton.outcome"] for one in phases].count("failed") == 1
    pages = [(await asyncio.to_thread(httpx2.get, url)).content for url in sung.metrics]
    assert b'baton_phase_failures_total{code="runner_failed",phase="testing"} 1.0' in pages[0]
    assert all(b"baton_queue_pollers{" in page and b"temporal_request_total{" in page for page in pages)
    looked = [*sung.collector.raw, *pages]
    assert [word for raw in looked for word in spellings(sung.canary) if word in raw] == []


async def test_a_line_of_the_log_says_of_which_build_run_role_and_trace_it_is(sung: Sung) -> None:
    lines = [json.loads(line) for line in sung.stack.worker_log.read_text().splitlines() if line.startswith("{")]
    failed = next(line for line in lines if line.get("role") == "test_auditor")
    assert failed["build_id"] == sung.build_id
    (run,) = sung.collector.spans(lambda one: one.name == "RunWorkflow:BuildWorkflow")
    assert (failed["run_id"], failed["trace_id"]) == (run.attributes["temporalRunID"], run.trace_id)
    assert len(failed["span_id"]) == 16


async def test_what_is_stored_is_encrypted_and_not_merely_absent(sung: Sung) -> None:
    history = await sung.stack.client.get_workflow_handle(f"build-{sung.build_id}").fetch_history()
    events = json.loads(history.to_json())["events"]
    found = list(_payloads(events))
    assert len(found) > 30
    kinds = {(one["metadata"].get("encoding"), one["metadata"].get("messageType")) for one in found}
    reference = base64.b64encode(b"temporal.api.sdk.v1.ExternalStorageReference").decode()
    assert {base64.b64decode(encoding or "") for encoding, _ in kinds} == {b"binary/encrypted", b"json/protobuf"}
    assert {kind for _, kind in kinds} == {None, reference}


def _payloads(value: object) -> Iterator[dict[str, dict[str, str]]]:
    """What has the form of a payload. Not search attributes, and not what the SDK notes of local activities for itself
    (IDs, names, times): they are not encrypted, and hold no secret."""
    if isinstance(value, list):
        for inner in value:
            yield from _payloads(inner)
    elif isinstance(value, dict):
        if isinstance(value.get("metadata"), dict) and "encoding" in value["metadata"]:
            yield value
        for key, inner in value.items():
            if key == "markerRecordedEventAttributes":
                yield from _payloads({name: told for name, told in inner["details"].items() if name != "data"})
            elif key != "searchAttributes":
                yield from _payloads(inner)


async def test_who_may_know_is_told_everything_and_the_mirror_is_plain(sung: Sung) -> None:
    view = await sung.builds.status(sung.build_id)
    journal = await sung.builds.journal(sung.build_id)
    assert sung.canary in view.request.title
    told = json.dumps([entry.model_dump(mode="json") for entry in journal])
    assert told.count(sung.canary) > 10
    assert "cannot go on: " + sung.canary in told
    mirrored = b"".join([raw for _, raw in await asyncio.to_thread(lambda: list(tables(sung.stack.engine)))])
    assert sung.canary.encode() in mirrored


async def test_the_mirror_is_proven_from_an_encrypted_history(sung: Sung) -> None:
    recorded = await recorded_journal(sung.stack.client, f"build-{sung.build_id}")
    assert recorded.standing is Standing.COMPLETED
    assert list(recorded.entries) == await sung.builds.journal(sung.build_id)
