"""Whether what a database was filled with is what Baton would have written: on a sample, and in sum."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.orm import Session

from baton.store import schema
from baton.store.ids import build_key
from baton.store.proof.auditing import audit
from baton.store.proof.stored import stored_build
from baton.store.summaries.summarizing import summarize
from baton.store.summaries.totals import SUMMARIES, TOTALS
from baton.store.tables import BuildWorkflow
from bench.scale.population import build_id_of

_MEASURES = {"total_rework": "times", "total_usage": "reports"}
"""What is added up of a summary that is more than its rows."""


def contradictions(engine: Engine, size: int, *, sample: int = 100, seed: int = 1) -> list[str]:
    """What is wrong, in words; empty when all is well. Some builds are summarized anew."""
    chosen = Random(seed).sample(range(size), min(sample, size))  # noqa: S311 - no secret
    builds = [build_id_of(number) for number in chosen]
    found = [f"the schema: {difference}" for difference in schema.check(engine)]
    return [*found, *_journals(engine, builds), *_counts(engine, size), *_again(engine, builds)]


def _journals(engine: Engine, builds: Sequence[str]) -> Iterator[str]:
    """Each journal holds, and folds to the build's row and to its handoffs."""
    with Session(engine) as session:
        for build_id in builds:
            yield from (f"{build_id}: {difference}" for difference in audit(stored_build(session, build_id)))


def _counts(engine: Engine, size: int) -> Iterator[str]:
    """There is a summary of each build that has ended, and totals say of each project what its summaries do."""
    with engine.connect() as connection:
        builds = _by_project(connection, BuildWorkflow.__table__)
        if sum(builds.values()) != size:
            yield f"{sum(builds.values()):,} builds, not {size:,}"
        ended = _by_project(connection, BuildWorkflow.__table__, BuildWorkflow.completed_at.is_not(None))
        if (summarized := _by_project(connection, SUMMARIES[0].__table__)) != ended:
            yield f"{_first(ended, summarized)} builds have ended, and have no summary or more than one"
        for total, summary in TOTALS.items():
            measure = _MEASURES.get(total.__tablename__)
            wanted = _by_project(connection, summary.__table__, measure=measure)
            name = measure or summary.__tablename__.removeprefix("summary_")
            if (found := _by_project(connection, total.__table__, measure=name)) != wanted:
                yield f"{total.__tablename__} is not the sum of {summary.__tablename__}: {_first(wanted, found)}"


def _again(engine: Engine, builds: Sequence[str]) -> Iterator[str]:
    """Builds that are summarized anew have the summaries that they had, and totals stay what they were."""
    keys = [build_key(build_id) for build_id in builds]
    with engine.begin() as connection:
        before = _told(connection, keys)
        connection.execute(update(BuildWorkflow).where(BuildWorkflow.id.in_(keys)).values(summarized=False))
    summarize(engine, limit=len(builds))
    with engine.connect() as connection:
        for name, rows in _told(connection, keys).items():
            if rows != before[name]:
                yield f"{name} says something else of builds that are summarized anew"


def _told(connection: Connection, keys: Sequence[Any]) -> dict[str, list[tuple[Any, ...]]]:
    told: dict[str, list[tuple[Any, ...]]] = {}
    for summary in SUMMARIES:
        table = summary.__table__
        found = connection.execute(select(table).where(table.c.workflow_id.in_(keys)))
        told[summary.__tablename__] = sorted((tuple(row) for row in found), key=repr)
    return told


def _by_project(connection: Connection, table: Any, *where: Any, measure: str | None = None) -> dict[str, int]:
    counted = func.count() if measure is None else func.sum(table.c[measure])
    found = connection.execute(select(table.c.project_id, counted).where(*where).group_by(table.c.project_id))
    return {project: int(number) for project, number in found}


def _first(wanted: dict[str, int], found: dict[str, int]) -> str:
    project = min(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    return f"{found.get(project, 0):,} of {project}, not {wanted.get(project, 0):,};"
