"""How things stand, in numbers that an index finds, on both databases."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import Status
from baton.store.browsing import Wanted, browse
from baton.store.standing import LIVING, ended_since, standing
from tests.busy.scene import scene, write

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BIG = ("build_workflows", "webhook_deliveries")


@pytest.fixture
def busy(engine: Engine) -> Engine:
    for told in scene(NOW):
        write(engine, told)
    return engine


def test_builds_that_have_not_ended_are_counted_by_what_they_do(busy: Engine) -> None:
    lines = [line for line in browse(busy, Wanted()).builds if line.status in LIVING]
    assert lines
    found = standing(busy)
    counted = {(group.state, group.status, group.waiting_kind): group for group in found.groups}
    assert {key: group.builds for key, group in counted.items()} == Counter(
        (line.state, line.status, line.waiting_kind) for line in lines
    )
    for key, group in counted.items():
        alike = [line for line in lines if (line.state, line.status, line.waiting_kind) == key]
        assert group.moved_at == min(line.updated_at for line in alike)
        assert group.deadline == min(
            (line.waiting_deadline for line in alike if line.waiting_deadline is not None), default=None
        )
    assert sum(found.by_status.values()) == len(lines)
    assert [(one.status, one.notices, one.queued_at) for one in found.untaken] == [
        (DeliveryStatus.PENDING, 0, None),
        (DeliveryStatus.PARKED, 0, None),
    ]


def test_what_ended_is_counted_since_a_moment(busy: Engine) -> None:
    lines = browse(busy, Wanted()).builds
    since = NOW - timedelta(days=1)
    found = ended_since(busy, since)
    assert found.started == sum(line.created_at >= since for line in lines)
    over = Counter(line.status for line in lines if line.completed_at is not None and line.completed_at >= since)
    assert (found.completed, found.failed, found.cancelled) == (
        over[Status.COMPLETE],
        over[Status.FAILED],
        over[Status.CANCELLED],
    )


@pytest.mark.parametrize("ask", [standing, lambda engine: ended_since(engine, NOW)], ids=["standing", "ended_since"])
def test_an_index_finds_it_however_many_builds_have_ended(busy: Engine, ask: Callable[[Engine], Any]) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(busy, "before_cursor_execute", note)
    ask(busy)
    event.remove(busy, "before_cursor_execute", note)
    assert len(asked) == 2
    for statement, parameters in asked:
        plan = _plan(busy, statement, parameters)
        assert "ix_" in plan, plan
        assert not any(f"Seq Scan on {table}" in plan or f"SCAN {table}\n" in plan for table in BIG), plan


def _plan(engine: Engine, statement: str, parameters: Any) -> str:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Of tables with so few rows it would read all; with many it may not.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            return "\n".join(row[0] for row in rows)
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row[3] for row in rows) + "\n"
