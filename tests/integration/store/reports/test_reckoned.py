"""Builds wander by chance, and every number of the reports is the one that folding their journals gives."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, delete, select

from baton.contracts.messages import MirrorBatch
from baton.domain.moves import ORDER, OWNERS, PHASES
from baton.domain.vocabulary import EntryKind, Role, State, Status
from baton.store.mirror import Mirror
from baton.store.reports.asking import build_report, cost_report, project_report, role_report, stats
from baton.store.reports.figures import ProjectFigures
from baton.store.reports.scope import Scope
from baton.store.summaries.summarizing import summarize
from baton.store.tables import BuildWorkflow
from baton.store.views import BUILDS, COSTS, PROJECTS, REWORK, ROLES, STAYS, USAGE, WAIT_TIMES, WAITS
from baton.store.views import PHASES as PHASE_VIEW
from tests.integration.store.reports.reckoning import Reckoning, mean, most_common, nearest_rank, own, share
from tests.integration.store.reports.wandering import builds


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_every_number_is_the_one_that_folding_the_journals_gives(engine: Engine, seed: int) -> None:
    told = _mirrored(engine, seed)
    _check_stays_and_waits(engine, told)
    _check_builds(engine, {one.view.build_id: one for one in told})
    _check_figures(engine, told)
    _check_views_of_figures(engine, told)


def _mirrored(engine: Engine, seed: int, number: int = 9) -> list[Reckoning]:
    """Builds in an otherwise empty mirror; some of those that have ended are summarized, some are not."""
    with engine.begin() as connection:
        connection.execute(delete(BuildWorkflow))
    told = []
    for build in builds(Random(seed), number):
        view = build.view
        names = {"build_id": view.build_id, "workflow_id": view.workflow_id, "first_run_id": view.first_run_id}
        Mirror(engine).write(MirrorBatch(**names, entries=tuple(build.entries)))
        told.append(Reckoning(build.entries))
    summarize(engine, limit=number // 3)
    return told


def _rows(engine: Engine, view: Table, *names: str) -> list[tuple[Any, ...]]:
    """The columns of all rows, in the order of their texts."""
    with engine.connect() as connection:
        found = connection.execute(select(*(view.c[name] for name in names)))
        return sorted((tuple(row) for row in found), key=str)


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    plain = [tuple(str(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
    return sorted(plain, key=str)


def _check_stays_and_waits(engine: Engine, told: Sequence[Reckoning]) -> None:
    stays = ("number", "state", "role", "entered_at", "left_at", "seconds", "left_to", "ended_by", "code")
    waits = ("stay", "kind", "state", "began_at", "ended_at", "seconds", "ended_by")

    assert _rows(engine, STAYS, "build_id", *stays) == _sorted(
        (one.view.build_id, *(getattr(stay, name) for name in stays)) for one in told for stay in one.stays
    )
    assert _rows(engine, WAITS, "build_id", *waits) == _sorted(
        (one.view.build_id, *(getattr(wait, name) for name in waits)) for one in told for wait in one.waits
    )


def _check_builds(engine: Engine, told: dict[str, Reckoning]) -> None:
    for row in build_report(engine):
        one, view = told[row.build_id], told[row.build_id].view
        assert (row.project_id, row.user_id, row.profile) == (view.project_id, view.user_id, view.request.profile)
        assert (row.status, row.current_state, row.completed_at) == (view.status, view.current_state, view.completed_at)
        assert row.seconds == (view.elapsed_time if view.ended else None)
        used = own(view)
        assert (row.handoffs, row.phase_runs) == (len(view.handoff_history), used.phase_runs)
        assert (row.rework_rounds, row.rollbacks) == (used.rework_rounds, used.rollbacks)
        assert row.retries == one.kinds[EntryKind.RETRY_REQUESTED]
        assert row.times_parked == sum(stay.state is State.ERROR for stay in one.stays)
        assert row.first_pass == one.first_pass
        assert row.failed_in == (one.failures[-1] if one.failures else None)
        assert (row.tokens, row.unpriced_reports) == (used.tokens, used.unpriced_reports)
        assert row.cost_usd == pytest.approx(used.cost_usd)
        origin = view.forked_from
        assert row.forked_from == (None if origin is None else origin.build_id)
    spent = Counter(dict.fromkeys(told, 0))
    for build_id, requests, tokens, unpriced in _rows(engine, USAGE, "build_id", "requests", "tokens", "unpriced"):
        spent += Counter({build_id: requests * 10**9 + tokens * 10**3 + unpriced})
    ledgers = {build_id: own(one.view) for build_id, one in told.items()}
    assert {build_id: spent[build_id] for build_id in told} == {
        build_id: led.requests * 10**9 + led.tokens * 10**3 + led.unpriced_reports for build_id, led in ledgers.items()
    }
    rounds = Counter(build_id for (build_id,) in _rows(engine, REWORK, "build_id"))
    assert {name: rounds[name] for name in told} == {name: led.rework_rounds for name, led in ledgers.items()}


def _expected(project: str | None, told: Sequence[Reckoning]) -> ProjectFigures:
    views = [one.view for one in told]
    statuses = Counter(view.status for view in views)
    completed = [view for view in views if view.status is Status.COMPLETE]
    ended = sum(view.ended for view in views)
    cost = sum(own(view).cost_usd for view in views)
    durations = [view.elapsed_time for view in completed]
    return ProjectFigures(
        project_id=project,
        total=len(told),
        completed=len(completed),
        in_progress=len(told) - ended,
        waiting=statuses[Status.WAITING],
        paused=statuses[Status.PAUSED],
        error=statuses[Status.ERROR],
        failed=statuses[Status.FAILED],
        cancelled=statuses[Status.CANCELLED],
        success_rate=share(len(completed), ended),
        first_pass_yield=share(sum(bool(one.first_pass) for one in told), ended),
        average_duration=mean(durations),
        p50_duration=nearest_rank(50, durations),
        p90_duration=nearest_rank(90, durations),
        average_handoffs=mean([len(view.handoff_history) for view in completed]),
        rework_rounds=sum(own(view).rework_rounds for view in views),
        most_common_failure_point=most_common((one.failures[-1] for one in told if one.failures), ORDER.index),
        tokens=sum(own(view).tokens for view in views),
        cost_usd=cost,
        cost_per_completed=cost / len(completed) if completed else None,
        unpriced_reports=sum(own(view).unpriced_reports for view in views),
    )


def _by_project(told: Iterable[Reckoning]) -> Iterator[tuple[str, list[Reckoning]]]:
    ordered = sorted(told, key=lambda one: one.view.project_id)
    return ((name, list(group)) for name, group in groupby(ordered, key=lambda one: one.view.project_id))


def _of_stays(told: Sequence[Reckoning], role: Role | None, phase: State | None) -> dict[str, Any]:
    phases = [one for one in PHASES if one.state is phase or OWNERS[one.state] is role]
    stays = [stay for one in told for stay in one.stays if stay.state in {found.state for found in phases}]
    finished = [stay.seconds for stay in stays if stay.ended_by in ("forward", "rework")]
    firsts = [tries[0] for one in told for found in phases if (tries := one.tries(found))]
    return {
        "stays": len(stays),
        "finished": len(finished),
        "p50_seconds": nearest_rank(50, finished),
        "p90_seconds": nearest_rank(90, finished),
        "sent_back": sum(stay.ended_by == "rework" for stay in stays),
        "failed": sum(stay.ended_by == "failed" for stay in stays),
        "tried": len(firsts),
        "first_passed": firsts.count("forward"),
        "first_pass_yield": share(firsts.count("forward"), len(firsts)),
    }


def _check_figures(engine: Engine, told: Sequence[Reckoning]) -> None:
    report, roles = project_report(engine), role_report(engine)

    assert asdict(report.figures) == pytest.approx(asdict(_expected(None, told)))
    assert report.figures == stats(engine)
    assert [asdict(one) for one in report.projects] == [
        pytest.approx(asdict(_expected(name, group))) for name, group in _by_project(told)
    ]
    for phase in report.phases:
        assert asdict(phase) == {"phase": phase.phase, "role": phase.role} | _of_stays(told, None, phase.phase.state)
    for role in roles.roles:
        assert _of_stays(told, role.role, None).items() <= asdict(role).items()
    waits = [wait for one in told for wait in one.waits]
    assert {one.kind for one in report.waits} == {wait.kind for wait in waits}
    for kind in report.waits:
        of_kind = [wait.seconds for wait in waits if wait.kind == kind.kind]
        assert (kind.waits, kind.waiting_now) == (len(of_kind), of_kind.count(None))
        assert kind.total_seconds == pytest.approx(sum(filter(None, of_kind)))
        assert (kind.p50_seconds, kind.p90_seconds) == (nearest_rank(50, of_kind), nearest_rank(90, of_kind))
    assert sum(role.cost_usd for role in roles.roles) == pytest.approx(report.figures.cost_usd)
    assert sum(role.got_back for role in roles.roles) == report.figures.rework_rounds


def _check_views_of_figures(engine: Engine, told: Sequence[Reckoning]) -> None:
    """What the views say of a project is what is answered for it."""
    for name, _ in _by_project(told):
        scope = Scope(projects=frozenset([name]))
        report, roles, costs = project_report(engine, scope), role_report(engine, scope), cost_report(engine, scope)
        (project,) = report.projects
        assert _of(engine, PROJECTS, name) == [pytest.approx(asdict(project))]
        assert _of(engine, PHASE_VIEW, name) == _told(report.phases, name)
        assert _of(engine, ROLES, name) == _told(roles.roles, name)
        assert _of(engine, WAIT_TIMES, name) == _told(report.waits, name)
        by_role: dict[str, int] = Counter()
        for row in _of(engine, COSTS, name):
            by_role[row["role"]] += row["tokens"]
        assert by_role == {cost.name: cost.tokens for cost in costs.by_role}
    assert len(_rows(engine, BUILDS, "build_id")) == len(told)


def _of(engine: Engine, view: Table, project: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(select(view).where(view.c.project_id == project)).mappings()
        return sorted((dict(row) for row in found), key=str)


def _told(figures: Sequence[Any], project: str) -> list[Any]:
    """What was answered, as rows; one in which nothing happened has no row."""
    rows = [{"project_id": project} | _plain(asdict(one)) for one in figures]
    return [pytest.approx(row) for row in sorted((row for row in rows if row.get("stays", 1)), key=str)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, str) else value for name, value in row.items()}
