"""What SQL has to say of a build, given what Temporal's history says, and how far that is from what it does say."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from baton.domain.journal import Entry
from baton.store.ids import event_key
from baton.store.proof.auditing import audit
from baton.store.proof.comparing import EVENTS, compare
from baton.store.proof.differing import DifferenceKind, RowDifference
from baton.store.proof.stored import StoredBuild
from gateway.histories.joining import whole
from gateway.histories.journal import RecordedJournal
from gateway.histories.standing import Standing


class Outcome(StrEnum):
    """What came of looking at one build."""

    MATCHES = "matches"  # SQL says what the history says, as far as it can know by now
    DRIFT = "drift"  # it says something else
    UNVERIFIABLE = "unverifiable"  # Temporal no longer has the build; SQL's own hash chain holds
    UNREADABLE = "unreadable"  # the history cannot be decoded, or does not hold together


@dataclass(frozen=True, slots=True)
class BuildCheck:
    """What was found of one build. ``behind`` entries are still on their way to SQL, which is no drift.

    ``standing`` is ``None`` where the history could not be read; ``message`` says why.
    """

    build_id: str
    outcome: Outcome
    standing: Standing | None
    entries: int = 0
    behind: int = 0
    differences: tuple[RowDifference, ...] = ()
    message: str = ""


def judge(build_id: str, recorded: RecordedJournal, stored: StoredBuild) -> BuildCheck:
    """``stored`` against ``recorded``, which was read before it."""
    if not recorded.entries:
        return _by_itself(build_id, recorded.standing, stored)
    entries = whole(recorded, stored)
    if entries is None:
        return BuildCheck(
            build_id, Outcome.DRIFT, recorded.standing, len(recorded.entries), differences=_cut(recorded, stored)
        )
    due = due_entries(recorded, entries, stored)
    found = tuple(compare(stored, due)) if due else _extra(stored)
    return BuildCheck(
        build_id=build_id,
        outcome=Outcome.DRIFT if found else Outcome.MATCHES,
        standing=recorded.standing,
        entries=len(entries),
        behind=len(entries) - len(due),
        differences=found,
    )


def due_entries(recorded: RecordedJournal, entries: Sequence[Entry], stored: StoredBuild) -> Sequence[Entry]:
    """The entries that SQL has to have by now.

    While the workflow runs, those that the mirror has answered for, and those that it has written before it answered.
    What comes after them is on its way. Of a workflow that has ended nothing is.
    """
    if recorded.standing is not Standing.RUNNING:
        return entries
    there = {row["id"] for row in stored.living_events}
    written = (entry.sequence for entry in entries if event_key(stored.key, entry.hash) in there)
    return entries[: max(recorded.acknowledged, *written, 0)]


def _by_itself(build_id: str, standing: Standing, stored: StoredBuild) -> BuildCheck:
    """A build of which the history tells nothing: its rows can still contradict themselves."""
    if stored.empty:
        return BuildCheck(build_id, Outcome.MATCHES, standing)
    found = tuple(audit(stored))
    outcome = Outcome.DRIFT if found else Outcome.UNVERIFIABLE
    return BuildCheck(build_id, outcome, standing, len(stored.living_events), differences=found)


def _cut(recorded: RecordedJournal, stored: StoredBuild) -> tuple[RowDifference, ...]:
    first = recorded.entries[0].sequence
    note = f"do not lead to entry {first}, and Temporal no longer keeps the run that held them"
    return (
        *audit(stored),
        RowDifference(DifferenceKind.UNCHAINED, EVENTS, None, f"the entries before {first}", note=note),
    )


def _extra(stored: StoredBuild) -> tuple[RowDifference, ...]:
    """Rows of a build that has nothing to say yet."""
    return tuple(
        RowDifference(DifferenceKind.EXTRA, EVENTS, row["id"], f"entry {row['sequence']}", row["sequence"])
        for row in stored.living_events
    )
