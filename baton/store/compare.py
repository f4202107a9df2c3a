"""Whether the mirror says the same as a journal."""

from collections.abc import Sequence

from sqlalchemy import Engine

from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.store.proof.comparing import compare
from baton.store.proof.differing import RowDifference
from baton.store.proof.stored import stored_build
from baton.store.transactions import reading


def differences(engine: Engine, entries: Sequence[Entry]) -> list[RowDifference]:
    """In what the rows of a build differ from its whole journal ``entries``; empty when they say the same."""
    with reading(engine) as session:
        stored = stored_build(session, fold(entries).build_id)
    return compare(stored, entries)
