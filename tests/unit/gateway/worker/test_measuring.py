"""What waits to be written into SQL is seen while the database is away, whatever workers a process has."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest

from baton.contracts.messages import MirrorBatch
from baton.domain.actors import SYSTEM
from baton.domain.journal import Head, chained
from baton.domain.vocabulary import EntryKind
from baton.runtime.metrics.opening import close_metrics, open_metrics
from baton.runtime.metrics.prometheus import PrometheusMeter
from gateway.worker.measuring.interceptor import measuring
from gateway.worker.measuring.journal import UNWRITTEN, count_entries


@pytest.fixture
def page() -> Iterator[PrometheusMeter]:
    made = open_metrics("BATON_METRICS", print)
    assert made is not None
    yield made
    close_metrics()


def batch(build_id: str, *, seconds_ago: float) -> MirrorBatch:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    first = chained(Head(), EntryKind.PAUSED, SYSTEM, at, {"reason": ""})
    entries = (first, chained(first.head, EntryKind.RESUMED, SYSTEM, at, {"reason": ""}))
    return MirrorBatch(build_id=build_id, workflow_id=f"build-{build_id}", first_run_id="r", entries=entries)


def value(page: PrometheusMeter, name: str) -> float:
    lines = generate_latest(page.registry).decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


def test_batches_that_could_not_be_written_wait_until_they_are(page: PrometheusMeter) -> None:
    assert len([*measuring(), *measuring()]) == 2  # each worker of a process has one
    late, later = batch("a", seconds_ago=90), batch("b", seconds_ago=30)
    for one in (late, later):
        with pytest.raises(ConnectionError), UNWRITTEN.handed(one):
            raise ConnectionError("away")
    assert value(page, "baton_mirror_waiting_entries") == 4
    assert 90 <= value(page, "baton_mirror_waiting_seconds") < 100
    for one in (late, later):
        with UNWRITTEN.handed(one):
            pass
        count_entries(one.entries)
    assert value(page, "baton_mirror_waiting_entries") == 0
    assert value(page, "baton_mirror_waiting_seconds") == 0
    assert value(page, "baton_mirror_lag_seconds_count") == 4


def test_what_cannot_be_counted_is_logged_and_the_entries_stay_written(
    page: PrometheusMeter, caplog: pytest.LogCaptureFixture
) -> None:
    strange = chained(Head(), EntryKind.COMMAND_REFUSED, SYSTEM, datetime.now(UTC), {"of": "another version"})
    count_entries([strange])
    assert "could not be counted" in caplog.text
    assert value(page, "baton_mirror_lag_seconds_count") == 1
