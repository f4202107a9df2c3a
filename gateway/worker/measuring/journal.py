"""What journal entries say, counted when they are in SQL; and those that are not there yet."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from baton.contracts.messages import MirrorBatch
from baton.domain.journal import Entry
from baton.domain.moves import MoveKind
from baton.domain.vocabulary import EntryKind, State
from baton.runtime.metrics import catalogue, meter

log = logging.getLogger("baton.metrics")

_GONE_SECONDS = 90.0
"""A batch that this worker has not been handed again for so long is another worker's. An attempt takes up to 60 s, and
the next one comes within 10 s.
"""


_REMEMBERED = 10_000
_counted: dict[str, None] = {}


def count_entries(entries: Sequence[Entry]) -> None:
    """Count ``entries``, which have just been written, each once: a write may be made again. What cannot be counted is
    logged: that is no reason to write them again.
    """
    try:
        new = [entry for entry in entries if entry.hash not in _counted]
        _counted.update(dict.fromkeys(entry.hash for entry in new))
        for forgotten in list(_counted)[: max(0, len(_counted) - _REMEMBERED)]:
            del _counted[forgotten]
        _count(new, datetime.now(UTC))
    except Exception:
        log.exception("Journal entries could not be counted for the metrics")


def _count(entries: Sequence[Entry], now: datetime) -> None:
    for entry in entries:
        meter.observe(catalogue.MIRROR_LAG, max(0.0, (now - entry.at).total_seconds()))
        meter.add(catalogue.JOURNAL_ENTRIES, kind=entry.kind.value)
        data = entry.data
        match entry.kind:
            case EntryKind.STATE_ADVANCED:
                if data.get("move") == MoveKind.REWORK:
                    meter.add(catalogue.REWORK, from_state=data["from_state"], to_state=data["to_state"])
                _count_usage(data["from_state"], data)
            case EntryKind.PHASE_FAILED | EntryKind.QUESTION_ASKED:
                _count_usage(data["phase"], data)
            case EntryKind.COMMAND_REFUSED:
                meter.add(catalogue.REFUSALS, command=data["command"], code=data["code"])


def _count_usage(phase: str, data: dict[str, Any]) -> None:
    usage = (data.get("report") or {}).get("usage") or data.get("usage")
    if not isinstance(usage, dict):
        return
    phase = State(phase).value
    meter.add(catalogue.MODEL_REQUESTS, usage.get("requests", 0), phase=phase)
    for direction in ("input", "output", "cached"):
        meter.add(catalogue.TOKENS, usage.get(f"{direction}_tokens", 0), phase=phase, direction=direction)
    meter.add(catalogue.COST, usage.get("cost_usd") or 0.0, phase=phase)


class Unwritten:
    """The batches that this worker was handed and has not written: their first entry, and how many there are."""

    def __init__(self) -> None:
        self._batches: dict[str, tuple[datetime, int, float]] = {}

    @contextmanager
    def handed(self, batch: MirrorBatch) -> Iterator[None]:
        """Around an attempt to write it. One that failed stays in sight: it is tried again."""
        self._batches[batch.workflow_id] = (batch.entries[0].at, len(batch.entries), time.monotonic())
        yield
        self._batches.pop(batch.workflow_id, None)

    def entries(self) -> float:
        """How many entries they have."""
        return float(sum(count for _, count, _ in self._present()))

    def seconds(self) -> float:
        """The age of the oldest entry."""
        began = [at for at, _, _ in self._present()]
        return max(0.0, (datetime.now(UTC) - min(began)).total_seconds()) if began else 0.0

    def _present(self) -> list[tuple[datetime, int, float]]:
        now = time.monotonic()
        for workflow_id, (_, _, seen) in list(self._batches.items()):
            if now - seen > _GONE_SECONDS:
                self._batches.pop(workflow_id, None)
        return list(self._batches.values())


UNWRITTEN = Unwritten()
"""Those of this process, whatever workers it has."""
