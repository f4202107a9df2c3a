"""Which builds there are to be proven in a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from baton.store.among import among
from baton.store.ids import build_key
from baton.store.proof.stored import StoredBuild, Unreadable, orphans, rows_of, stored_build
from baton.store.tables import BuildWorkflow
from baton.store.transactions import reading

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Orphans:
    """Events and handoffs without a build's row. ``build_id`` is what their first entry says, where it says one."""

    key: UUID
    build_id: str | None


def read_build(engine: Engine, build_id: str) -> StoredBuild:
    """What is stored of a build, at one moment."""
    with reading(engine) as session:
        return stored_build(session, build_id)


def read_rows(engine: Engine, key: UUID) -> StoredBuild:
    """What is stored under a key, at one moment."""
    with reading(engine) as session:
        return rows_of(session, key)


def build_ids(
    engine: Engine, *, projects: Sequence[str] | None = None, since: datetime | None = None
) -> list[tuple[UUID, str]]:
    """The keys and IDs of the builds of ``projects`` that were created from ``since`` on; without them of all."""
    found: list[tuple[UUID, str]] = []
    query = select(BuildWorkflow.id, BuildWorkflow.build_id).order_by(BuildWorkflow.id).limit(_PAGE)
    if projects is not None:
        query = query.where(among(BuildWorkflow.project_id, projects))
    if since is not None:
        query = query.where(BuildWorkflow.created_at >= since)
    with reading(engine) as session:
        page: Sequence[Any] = session.execute(query).all()
        while page:
            found += [(key, build_id) for key, build_id in page]
            page = session.execute(query.where(BuildWorkflow.id > found[-1][0])).all()
    return found


def orphaned(engine: Engine) -> list[Orphans]:
    """What lies in the database without a build's row."""
    with reading(engine) as session:
        return [Orphans(key, _named(rows_of(session, key))) for key in orphans(session)]


def _named(stored: StoredBuild) -> str | None:
    """The build ID in the first entry, when the key is derived from it."""
    for row in stored.events:
        data = row["event_data"]
        request = {} if isinstance(data, Unreadable) else data.get("request")
        build_id = request.get("build_id") if isinstance(request, dict) else None
        if isinstance(build_id, str) and build_key(build_id) == stored.key:
            return build_id
    return None
