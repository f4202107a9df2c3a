"""Lineage in SQL, and two builds side by side: on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import Phase, State, Status
from baton.store.compare import differences
from baton.store.forks import Parting, forks_of
from baton.store.mirror import Mirror
from baton.store.reading import kept_view
from baton.store.reports.asking import build_report, cost_report, project_report
from baton.store.reports.comparing import compare
from tests.journals import Story, happy, reworked


def told(engine: Engine, *stories: Story) -> None:
    for story in stories:
        Mirror(engine).write(story.batch())


def test_a_fork_s_row_says_where_it_comes_from_and_its_origin_s_stays(engine: Engine) -> None:
    origin = happy("b-1")
    told(engine, origin)
    before = kept_view(engine, "b-1")
    fork = origin.fork(Phase.TESTING, "b-2").until(State.COMPLETE)
    second = fork.fork(Phase.VERIFICATION, "b-3", project_id="other")
    told(engine, fork, second)

    assert kept_view(engine, "b-1") == before
    assert differences(engine, fork.entries) == differences(engine, second.entries) == []
    [line] = forks_of(engine, "b-1")
    assert (line.build_id, line.phase, line.sequence, line.status) == ("b-2", Phase.TESTING, 6, Status.COMPLETE)
    assert [one.build_id for one in forks_of(engine, "b-2", ["other"])] == ["b-3"]
    assert forks_of(engine, "b-2", ["payments"]) == forks_of(engine, "b-3") == []


def test_what_an_origin_used_is_counted_once(engine: Engine) -> None:
    origin = reworked("b-1")
    fork = origin.fork(Phase.VERIFICATION, "b-2").until(State.COMPLETE)
    told(engine, origin, fork)
    rows = {row.build_id: row for row in build_report(engine)}

    assert fork.build.view.ledger.tokens == 7 * 15
    assert fork.build.view.ledger.rework_rounds == 1
    assert (rows["b-2"].tokens, rows["b-2"].cost_usd, rows["b-2"].phase_runs) == (30, 0.5, 2)
    assert (rows["b-2"].rework_rounds, rows["b-2"].first_pass) == (0, True)
    assert (rows["b-2"].forked_from, rows["b-2"].forked_phase) == ("b-1", Phase.VERIFICATION)
    report = project_report(engine)
    assert report.figures.cost_usd == sum(cost.cost_usd for cost in cost_report(engine).by_role)
    assert {one.phase: one.stays for one in report.phases}[Phase.DISCOVERY] == 1


def test_two_builds_stand_side_by_side(engine: Engine) -> None:
    origin = reworked("b-1")
    fork = origin.fork(Phase.TESTING, "b-2").until(State.COMPLETE)
    told(engine, origin, fork)
    compared = compare(engine, "b-1", "b-2")

    assert compared.parting is not None
    began = origin.entries[compared.parting.sequence - 1]
    assert (compared.parting.build_id, compared.parting.phase) == ("b-1", Phase.TESTING)
    assert began.data["to_state"] == "testing"
    one, other = ({phase.phase: phase for phase in side.phases} for side in (compared.one, compared.other))
    assert (one[Phase.TESTING].rounds, one[Phase.TESTING].sent_back, other[Phase.TESTING].rounds) == (2, 1, 1)
    assert (one[Phase.IMPLEMENTATION].took, other[Phase.IMPLEMENTATION].took) == (False, True)
    assert (other[Phase.IMPLEMENTATION].rounds, other[Phase.IMPLEMENTATION].seconds) == (0, 0)
    assert other[Phase.IMPLEMENTATION].commit == "c0ffee"
    assert (one[Phase.TESTING].test_coverage, one[Phase.TESTING].tokens, other[Phase.TESTING].tokens) == (91.5, 15, 15)
    assert (compared.one.findings, compared.other.findings) == (2, 0)  # the report's, and the gate's
    assert (compared.one.figures.rework_rounds, compared.other.figures.rework_rounds) == (1, 0)


def test_where_builds_part_is_found_over_forks_of_forks(engine: Engine) -> None:
    origin = reworked("b-1")
    first_run = next(entry.sequence for entry in origin.entries if entry.data.get("to_state") == "testing")
    early = origin.fork(Phase.TESTING, "b-2", at=first_run).until(State.COMPLETE)
    late = origin.fork(Phase.VERIFICATION, "b-3").until(State.COMPLETE)
    below = late.fork(Phase.DEPLOYMENT, "b-4").until(State.COMPLETE)
    told(engine, origin, early, late, below, happy("b-9"))

    assert compare(engine, "b-2", "b-4").parting == Parting("b-1", first_run, Phase.TESTING)
    assert compare(engine, "b-4", "b-1").parting == compare(engine, "b-3", "b-1").parting
    assert compare(engine, "b-4", "b-3").parting == Parting("b-3", 3, Phase.DEPLOYMENT)
    assert compare(engine, "b-4", "b-9").parting is None
    with pytest.raises(LookupError, match="SQL has no build 'b-7'"):
        compare(engine, "b-4", "b-7")
