"""A build's rows against an export of it, without Temporal."""

from collections.abc import Sequence

from sqlalchemy import Engine

from baton.domain.journal import Entry
from baton.store.proof.comparing import compare
from baton.store.proof.entries import own_journal
from baton.store.proof.finding import read_build
from baton.store.proof.mending import mend
from baton.store.proof.stored import StoredBuild
from gateway.exporting.document import Export
from gateway.mirroring.judging import BuildCheck, Outcome
from gateway.mirroring.repairing import Deed, Repair


def check_against(engine: Engine, export: Export) -> BuildCheck:
    """The rows of a build against its export. Raises StoreError."""
    stored = read_build(engine, export.build_id)
    found = tuple(compare(stored, _journal(export, stored)))
    outcome = Outcome.DRIFT if found else Outcome.MATCHES
    return BuildCheck(export.build_id, outcome, export.standing, len(export.journal), differences=found)


def rebuild_from(engine: Engine, export: Export) -> Repair:
    """Write what SQL lacks, or has otherwise than the export. Raises StoreError."""
    mended = mend(engine, export.build_id, lambda stored: _journal(export, stored), former=export.superseded)
    deed = Deed.MENDED if mended.differences or mended.former else Deed.NOTHING
    return Repair(export.build_id, deed, tuple(mended.differences), mended.former)


def _journal(export: Export, stored: StoredBuild) -> Sequence[Entry]:
    """What SQL has to say. A build that was exported while it ran has gone on: what follows is proven by its hashes."""
    further = None if export.whole else own_journal(stored)
    goes_on = further is not None and list(further[: len(export.journal)]) == export.journal
    return further if further is not None and goes_on else export.journal
