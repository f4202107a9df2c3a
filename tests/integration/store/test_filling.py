"""The databases that the benchmark of reports fills hold what Baton would have written."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, inspect, text, update

from baton.store.ids import build_key
from baton.store.summaries.tables import SummaryStay
from baton.store.summaries.totals import TotalUsage
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.scale.aside import is_left_aside, put_back
from bench.scale.checking import contradictions
from bench.scale.filling import fill, lay_aside_all
from bench.scale.population import build_id_of
from bench.scale.summing import NEEDED, summarize_all
from bench.scale.writing import Writer

SIZE = 24


def _quiet(_: str) -> None:
    pass


def _build(number: int) -> UUID:
    return build_key(build_id_of(number))


def test_a_filled_database_holds_what_baton_would_have_written(engine: Engine) -> None:
    fill(engine, SIZE, tell=_quiet)
    assert contradictions(engine, SIZE) == []


def test_what_is_wrong_is_found(engine: Engine) -> None:
    fill(engine, SIZE, tell=_quiet)
    event, handoff = WorkflowEvent, WorkflowHandoff
    with engine.begin() as connection:
        for statement in (
            update(BuildWorkflow).where(BuildWorkflow.id == _build(0)).values(title="another"),
            update(event).where(event.workflow_id == _build(1), event.sequence == 2).values(actor_id="somebody"),
            delete(handoff).where(handoff.workflow_id == _build(2)),
            update(SummaryStay).where(SummaryStay.workflow_id == _build(3)).values(seconds=0.5),
            update(TotalUsage).values(reports=TotalUsage.reports + 1),
            text("DROP INDEX ix_workflow_events_timestamp"),
        ):
            connection.execute(statement)
    found = "\n".join(contradictions(engine, SIZE + 1, sample=SIZE + 1))
    for told in (
        "m-0000000: the build: title is 'another'",
        "m-0000001: entry 2 (state_advanced) was changed",
        "m-0000002: the handoff",
        "summary_stays says something else",
        "total_usage is not the sum of summary_usage",
        "ix_workflow_events_timestamp",
        f"{SIZE} builds, not {SIZE + 1}",
    ):
        assert told in found


def test_a_filling_that_was_cut_short_goes_on(engine: Engine) -> None:
    lay_aside_all(engine)
    writer = Writer(engine, SIZE, 1)
    writer((5, 15))
    writer.close()
    assert is_left_aside(engine)
    assert not inspect(engine).get_indexes("workflow_events")
    fill(engine, SIZE, tell=_quiet)
    assert not is_left_aside(engine)
    assert contradictions(engine, SIZE) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_what_is_summarized_from_several_processes_is_what_workers_summarize(engine: Engine) -> None:
    fill(engine, SIZE, summaries=False, tell=_quiet)
    lay_aside_all(engine)
    put_back(engine, _quiet, only=NEEDED)
    assert sum(summarize_all(engine, apart=True)) == SIZE - 1
    put_back(engine, _quiet)
    assert contradictions(engine, SIZE) == []
