"""A build's trace, as a collector gets it over OTLP from the real processes."""

from collections import Counter

import pytest

from baton.domain.vocabulary import Phase
from baton.runtime.tracing.opening import flush
from tests.collector import Seen
from tests.integration.observing.conftest import BUILD, CANARY, NOTICES, PARENT, TRACE, House


@pytest.fixture(scope="module")
def trace(house: House) -> list[Seen]:
    """The trace that the caller of the start began, when the build has ended."""
    house.collector.until(lambda one: one.name == "RunWorkflow:BuildWorkflow" and one.trace_id == TRACE)
    flush()
    return house.collector.spans(lambda one: one.trace_id == TRACE)


def test_the_trace_of_the_caller_goes_through_the_gateway_to_the_workflow(trace: list[Seen]) -> None:
    path = _path(trace, _only(trace, "RunWorkflow:BuildWorkflow"))
    assert path == [
        "POST /api/workflows/{project_id}/start",
        "StartUpdateWithStartWorkflow:BuildWorkflow",
        "RunWorkflow:BuildWorkflow",
    ]
    assert _only(trace, path[0]).parent_id == PARENT


def test_every_phase_is_a_span_with_its_program_below_it(trace: list[Seen]) -> None:
    phases = [one for one in trace if one.name == "RunActivity:perform_phase"]
    told = [(one.attributes["baton.phase"], one.attributes["baton.run"]) for one in phases]
    assert told == [
        *((phase.value, 1) for phase in (Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION, Phase.TESTING)),
        ("implementation", 2),
        ("testing", 2),
        ("verification", 1),
        ("deployment", 1),
    ]
    assert {one.attributes["baton.outcome"] for one in phases} == {"done"}
    assert {one.attributes["baton.build_id"] for one in phases} == {BUILD}
    programs = [one for one in trace if one.name == "program command"]
    assert [one.parent_id for one in programs] == [one.span_id for one in phases]
    assert {(one.attributes["baton.program"], one.attributes["baton.outcome"]) for one in programs} == {
        ("command", "done")
    }


def test_the_mirror_and_the_webhooks_are_in_it_and_receivers_are_told_where(house: House, trace: list[Seen]) -> None:
    delivered = [one for one in trace if one.name == "RunActivity:deliver_notice"]
    assert _path(trace, delivered[0])[2:] == [
        "RunWorkflow:BuildWorkflow",
        "StartActivity:perform_phase",
        "RunActivity:perform_phase",
        "SignalWithStartWorkflow:NoticeWorkflow",
        "RunWorkflow:NoticeWorkflow",
        "StartActivity:deliver_notice",
        "RunActivity:deliver_notice",
    ]
    told = {headers["traceparent"].split("-")[1] for headers in house.receiver.headers[:NOTICES]}
    assert told == {TRACE}
    rode = [one for one in trace if one.name == "write riding entries"]
    alone = [one for one in trace if one.name == "RunActivity:mirror_journal"]
    assert {_path(trace, one)[-2] for one in rode} == {"RunActivity:perform_phase"}
    # What rides for longer than two seconds is written once more.
    assert sum(one.attributes["baton.entries"] for one in (*rode, *alone)) >= 17


def test_a_command_given_later_has_the_trace_of_its_sender_and_is_linked_both_ways(
    house: House, trace: list[Seen]
) -> None:
    handled = house.collector.until(lambda one: one.name == "HandleUpdate:approve" and one.build == BUILD)
    assert handled.trace_id != TRACE
    assert handled.links == [(TRACE, {"baton.link": "build"})]
    assert (handled.trace_id, {"baton.link": "command"}) in _only(trace, "RunWorkflow:BuildWorkflow").links
    sent = house.collector.spans(lambda one: one.trace_id == handled.trace_id)
    assert sent[0].name == "POST /api/workflows/{workflow_id}/approve"
    refused = house.collector.until(lambda one: one.name == "ValidateUpdate:resume" and one.build == BUILD)
    assert refused.error
    assert refused.links == [(TRACE, {"baton.link": "build"})]


def test_no_span_is_there_twice_and_questions_are_none(house: House, trace: list[Seen]) -> None:
    # A notice that comes in the moment in which its workflow ends has that task done again.
    times = Counter(one.span_id for one in trace if one.name != "RunWorkflow:NoticeWorkflow")
    assert [one.name for one in trace if times[one.span_id] > 1] == []
    asked = [one.name for one in house.collector.spans() if one.name.startswith(("QueryWorkflow", "HandleQuery"))]
    assert asked == []


def test_requests_are_spans_but_for_what_is_asked_all_the_time(house: House) -> None:
    trace = "1bf7651916cd43dd8448eb211c80319d"
    for path in ("/readyz", "/metrics", "/static/app.css", "/api/workflows/build-metrics/status"):
        house.http.get(path, headers={"traceparent": f"00-{trace}-{PARENT}-01"})
    house.collector.until(lambda one: one.trace_id == trace and one.parent_id == PARENT)
    flush()
    requests = house.collector.spans(lambda one: one.trace_id == trace and one.parent_id == PARENT)
    assert [one.name for one in requests] == ["GET /api/workflows/{workflow_id}/status"]


def test_nothing_of_what_the_build_is_about_is_sent(house: House, trace: list[Seen]) -> None:
    sent = b"".join(house.collector.raw)
    assert BUILD.encode() in sent
    assert CANARY.encode() not in sent
    assert house.bearer["Authorization"].encode() not in sent


def _only(trace: list[Seen], name: str) -> Seen:
    (found,) = [one for one in trace if one.name == name]
    return found


def _path(trace: list[Seen], span: Seen) -> list[str]:
    """The names from the root to ``span``."""
    by_id = {one.span_id: one for one in trace}
    names = [span.name]
    while (above := by_id.get(span.parent_id)) is not None:
        names.insert(0, above.name)
        span = above
    return names
