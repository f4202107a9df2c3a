"""Summaries of many builds at once, by the statements with which workers summarize some."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from baton.store.summaries.summarizing import summarize, summarize_these
from baton.store.tables import BuildWorkflow
from bench.scale.processes import in_processes

NEEDED = ("pk_build_workflows", "uq_workflow_events_sequence", "ix_workflow_handoffs_workflow_id")
"""The indexes without which it takes long."""

_AT_A_TIME = 1_000


def summarize_all(engine: Engine, *, apart: bool) -> Iterator[int]:
    """Summarize whatever has ended; how many more, again and again.

    ``apart``: from several processes, and past all triggers: whoever asks for it has the totals made afterwards.
    """
    if not apart:
        while found := summarize(engine, limit=_AT_A_TIME):
            yield found
        return
    row = BuildWorkflow
    with engine.connect() as connection:
        ended = select(row.id).where(~row.summarized, row.completed_at.is_not(None)).order_by(row.created_at)
        builds = connection.scalars(ended).all()
    pieces = [builds[place : place + _AT_A_TIME] for place in range(0, len(builds), _AT_A_TIME)]
    yield from in_processes(engine, Summarizer, (), pieces)


class Summarizer:
    """What summarizes builds in one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, builds: Sequence[UUID]) -> int:
        """Summarize these, all or none; how many they are."""
        with Session(self._engine) as session, session.begin():
            session.execute(text("SET LOCAL session_replication_role = replica"))
            summarize_these(session, builds)
        return len(builds)
