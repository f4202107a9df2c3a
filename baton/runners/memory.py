"""What an attempt at an order leaves for the next one: files, what it spent, and the tree if it was cut short.

A folder for each order, beside the workspace of this machine. An attempt on another machine starts without it, and
learns from Temporal only what the earlier ones have spent.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import WeakValueDictionary

from pydantic import BaseModel, ValidationError

from baton.domain.attempts import Attempt, Expenses, Resumption
from baton.domain.evidence import Usage
from baton.domain.steps import PhaseOrder
from baton.workshop.errors import WorkshopError
from baton.workshop.removal import remove
from baton.workshop.workspace import Workspace

_FOLDER = "memory"
_RECORD = "attempts.json"
_open: WeakValueDictionary[Path, "Memory"] = WeakValueDictionary()


class _Record(BaseModel):
    """The file ``attempts.json``.

    ``open`` says that the last attempt has not ended, or was killed; ``uncounted`` that nobody has been told what it
    spent: it was stopped, or Temporal waits with the next one.
    """

    attempts: list[Attempt] = []
    interrupted: str | None = None
    elsewhere: bool = False
    open: bool = False
    uncounted: bool = False


class Memory:
    """The memory of one order. In a process there is one object for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told: Callable[[Expenses], None] | None = None

    @classmethod
    def of(cls, workspace: Workspace, order: PhaseOrder) -> "Memory":
        """The memory of ``order`` on this machine. Its folder is there."""
        # Not the whole order: a role that is checked gets what was executed among its inputs.
        told = f"{order.phase.value} {order.role.value} {order.commit} {order.journal_head}"
        key = hashlib.sha256(told.encode()).hexdigest()[:24]
        folder = workspace.private / _FOLDER / f"{order.number}-{key}"
        folder.mkdir(parents=True, exist_ok=True)
        return _open.setdefault(folder, cls(folder))

    @property
    def attempt(self) -> int:
        """The number of this attempt; 1 is the first."""
        return max(1, len(self._read().attempts))

    @property
    def interrupted(self) -> str | None:
        """A snapshot of the tree as an attempt left it that was cut short, or ``None``."""
        return self._read().interrupted

    @property
    def elsewhere(self) -> bool:
        """Whether earlier attempts ran where this memory is not."""
        return self._read().elsewhere

    @property
    def expenses(self) -> Expenses:
        """What all attempts have come to so far."""
        attempts = tuple(self._read().attempts)
        used = [attempt.usage for attempt in attempts if attempt.usage is not None]
        total = used[0] if used else None
        for usage in used[1:]:
            assert total is not None
            total = total.plus(usage)
        return Expenses(usage=total, attempts=attempts)

    def resumed(self, how: Resumption, why: str) -> None:
        """Say how this attempt took up the work of those before it."""
        self._change_last(resumed=how, why=why)

    def spend(self, usage: Usage) -> None:
        """Say what this attempt has used so far, in all."""
        self._change_last(usage=usage)
        if self._told is not None:
            self._told(self.expenses)

    # What follows is for the activity.

    async def begin(
        self, workspace: Workspace, *, number: int, before: Expenses | None, told: Callable[[Expenses], None]
    ) -> None:
        """A new attempt begins; ``number`` is Temporal's. Keeps the tree if the last attempt was cut short.

        ``before`` is what earlier attempts told Temporal: it counts when they ran on another machine. ``told`` is
        called with all expenses whenever they grow.
        """
        self._told = told
        record = self._read()
        if record.open:
            with contextlib.suppress(WorkshopError, OSError):  # a tree in pieces is not worth keeping
                record.interrupted = await workspace.snapshot()
            record.attempts[-1] = record.attempts[-1].model_copy(update={"failure": "interrupted"})
        elif number > 1 and not record.attempts:
            record.elsewhere = True
            record.attempts = list(before.attempts) if before is not None else []
        record.attempts.append(Attempt(number=max(number, len(record.attempts) + 1)))
        record.open, record.uncounted = True, False
        self._write(record)

    def end(self, failure: str = "", *, uncounted: bool = False) -> None:
        """This attempt has ended, with the code of its failure; ``uncounted`` when nobody hears what it spent."""
        record = self._read()
        record.open, record.uncounted = False, uncounted
        if record.attempts:
            record.attempts[-1] = record.attempts[-1].model_copy(update={"failure": failure})
        self._write(record)

    def _change_last(self, **update: object) -> None:
        record = self._read()
        if not record.attempts:
            record.attempts.append(Attempt(number=1))
        record.attempts[-1] = record.attempts[-1].model_copy(update=update)
        self._write(record)

    def _read(self) -> _Record:
        try:
            return _Record.model_validate_json((self.folder / _RECORD).read_bytes())
        except (FileNotFoundError, ValidationError):
            return _Record()

    def _write(self, record: _Record) -> None:
        draft = self.folder / f"{_RECORD}.new"
        draft.write_text(record.model_dump_json(), encoding="utf-8")
        draft.replace(self.folder / _RECORD)


def overtaken(workspace: Workspace, order: PhaseOrder) -> Iterator[Expenses]:
    """What other orders came to that were stopped, so that nobody has counted it."""
    own = Memory.of(workspace, order).folder
    for folder in sorted((workspace.private / _FOLDER).iterdir()):
        memory = Memory(folder)
        if folder != own and memory._read().uncounted:
            yield memory.expenses


def forget_all(workspace: Workspace) -> None:
    """Forget every order: the build goes on, and all is counted."""
    with contextlib.suppress(OSError):
        remove(workspace.private / _FOLDER)
