"""What an attempt at an order leaves for the next one: files, what it spent, and the tree if it was cut short.

A folder for each order, beside the workspace of this machine. An attempt on another machine starts without it, and
learns from Temporal only what the earlier ones have spent.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from functools import reduce
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
    """The file ``attempts.json``. ``open`` says that the last attempt has not ended, or was killed."""

    attempts: list[Attempt] = []
    interrupted: str | None = None
    elsewhere: bool = False
    open: bool = False

    @property
    def last(self) -> int:
        """The number of the last attempt."""
        return self.attempts[-1].number if self.attempts else 0

    @property
    def made_a_report(self) -> bool:
        """Whether the last attempt ended well."""
        return bool(self.attempts) and not self.open and not self.attempts[-1].failure

    def expenses(self) -> Expenses:
        """What all attempts have come to. Raises ValueError when no journal could carry it."""
        used = [attempt.usage for attempt in self.attempts if attempt.usage is not None]
        return Expenses(usage=reduce(Usage.plus, used) if used else None, attempts=tuple(self.attempts))


class Memory:
    """The memory of one order. In a process there is one object for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told: Callable[[Expenses], None] | None = None

    @classmethod
    def of(cls, workspace: Workspace, order: PhaseOrder) -> "Memory":
        """The memory of ``order`` on this machine. Its folder is there."""
        folder = _folder(workspace, order)
        folder.mkdir(parents=True, exist_ok=True)
        return _open.setdefault(folder, cls(folder))

    @property
    def attempt(self) -> int:
        """The number of this attempt; 1 is the first."""
        return max(1, self._read().last)

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
        return self._read().expenses()

    def resumed(self, how: Resumption, why: str) -> None:
        """Say how this attempt took up the work of those before it."""
        self._change_last(resumed=how, why=why)

    def spend(self, usage: Usage) -> None:
        """Say what this attempt has used so far, in all. Raises ValueError for usage that no journal could carry."""
        self._change_last(usage=usage)

    # What follows is for the activity.

    async def begin(
        self,
        workspace: Workspace,
        base: str,
        *,
        number: int,
        before: Expenses | None,
        told: Callable[[Expenses], None],
    ) -> None:
        """A new attempt begins at the commit ``base``; ``number`` is Temporal's. Keeps the tree if the last attempt was
        cut short.

        ``before`` is what earlier attempts told Temporal: what of it is not known here ran on another machine. ``told``
        is called with all expenses, now and whenever they grow.
        """
        record = self._read()
        if record.made_a_report:  # the build was reset to before it
            _empty(self.folder)
            record = _Record()
        if record.open:
            with contextlib.suppress(WorkshopError, OSError):  # a tree in pieces is not worth keeping
                record.interrupted = await _left_in(workspace, base, record.interrupted)
            record.attempts[-1] = _interrupted(record.attempts[-1])
        known = {attempt.number for attempt in record.attempts}
        others = before.attempts if before is not None else ()
        others = tuple(one for one in others if one.number < number and one.number not in known)
        if others or (number > 1 and not known):
            record.elsewhere = True
            record.attempts = sorted((*record.attempts, *map(_interrupted, others)), key=lambda one: one.number)
        record.attempts.append(Attempt(number=max(number, record.last + 1)))
        record.open = True
        self._write(record)
        self._told = told
        told(record.expenses())

    def end(self, failure: str = "") -> None:
        """This attempt has ended, with the code of its failure if it has one."""
        record = self._read()
        record.open = False
        if record.attempts:
            record.attempts[-1] = record.attempts[-1].model_copy(update={"failure": failure})
        self._write(record)
        if self._told is not None:
            self._told(record.expenses())

    def _change_last(self, **update: object) -> None:
        record = self._read()
        if not record.attempts:
            record.attempts.append(Attempt(number=1))
        record.attempts[-1] = record.attempts[-1].model_copy(update=update)
        expenses = record.expenses()
        self._write(record)
        if self._told is not None:
            self._told(expenses)

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
    """What the orders came to, on this machine, that were overtaken before ``order`` and that nobody has counted."""
    for folder in _folders(workspace):
        number = folder.name.partition("-")[0]
        if folder != _folder(workspace, order) and number in map(str, order.overtaken):
            yield Memory(folder).expenses


def forget_all(workspace: Workspace, *, but: PhaseOrder) -> None:
    """Forget the orders before ``but``, of which all is counted; of this one keep what it spent.

    Its report may come too late to be taken: then the next order counts it.
    """
    own = _folder(workspace, but)
    for folder in _folders(workspace):
        if folder == own:
            _empty(folder, but=_RECORD)
        else:
            _remove(folder)


def _folder(workspace: Workspace, order: PhaseOrder) -> Path:
    # Not the whole order: a role that is checked gets what was executed among its inputs.
    told = f"{order.phase.value} {order.role.value} {order.commit} {order.journal_head}"
    key = hashlib.sha256(told.encode()).hexdigest()[:24]
    return workspace.private / _FOLDER / f"{order.number}-{key}"


def _folders(workspace: Workspace) -> list[Path]:
    parent = workspace.private / _FOLDER
    return sorted(parent.iterdir()) if parent.is_dir() else []


def _empty(folder: Path, *, but: str = "") -> None:
    for path in folder.iterdir():
        if path.name != but:
            _remove(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        remove(path)


def _interrupted(attempt: Attempt) -> Attempt:
    return attempt if attempt.failure else attempt.model_copy(update={"failure": "interrupted"})


async def _left_in(workspace: Workspace, base: str, before: str | None) -> str:
    """A snapshot of the tree; the one of ``before`` when the attempt was killed with nothing done yet."""
    snapshot = await workspace.snapshot()
    return before if before is not None and await workspace.same_tree(snapshot, base) else snapshot
