"""``audit verify``: what SQL says of builds against its own hash chains, without Temporal."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from baton.store.ids import build_key
from baton.store.proof.auditing import audit
from baton.store.proof.finding import build_ids, orphaned, read_rows
from gateway.errors import BuildNotFound
from gateway.mirroring.judging import BuildCheck, Outcome
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import Done, Verification

_MOST_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class _Target:
    key: UUID
    name: str


def audit_builds(engine: Engine, scope: Scope, *, done: Done | None = None) -> Verification:
    """Check the builds of ``scope``, one after the other. Raises BuildNotFound and StoreError."""
    targets = list(_targets(engine, scope))
    verification = Verification()
    for target in targets:
        stored = read_rows(engine, target.key)
        if stored.empty and scope.builds:
            raise BuildNotFound(f"SQL has no build {target.name!r}. See those there are: python starter.py list")
        found = tuple(audit(stored))
        check = BuildCheck(
            target.name, Outcome.DRIFT if found else Outcome.MATCHES, None, len(stored.living_events), 0, found
        )
        verification.add(check, most=None if scope.builds else _MOST_DIFFERENCES)
        if done is not None:
            done(verification.checked, len(targets))
    return verification


def _targets(engine: Engine, scope: Scope) -> Iterator[_Target]:
    if scope.builds:
        yield from (_Target(build_key(build_id), build_id) for build_id in dict.fromkeys(scope.builds))
        return
    for key, build_id in build_ids(engine, projects=scope.projects, since=scope.since):
        yield _Target(key, build_id)
    if scope.is_everything:
        for rows in orphaned(engine):
            yield _Target(rows.key, rows.build_id or f"(rows under {rows.key})")
