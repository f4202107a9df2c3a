"""What the program that plays the roles has noted: when it began and ended, and for which worker."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from baton.domain.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class Mark:
    """One note. ``at`` in seconds since 1970; ``above`` are the process IDs over the program, the nearest first."""

    build_id: str
    what: str
    number: int
    phase: Phase
    pid: int
    above: tuple[int, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Marks:
    """The notes below ``folder``."""

    folder: Path

    def of(self, build_id: str) -> list[Mark]:
        """All notes of a build, in order."""
        file = self.folder / build_id
        return list(_read(file)) if file.exists() else []

    def at_work(self, worker: int) -> list[Mark]:
        """Phases whose program runs now, for the worker with this process ID."""
        found = []
        for file in self.folder.iterdir():
            marks = list(_read(file))
            ended = {mark.pid for mark in marks if mark.what == "ended"}
            found += [mark for mark in marks if worker in mark.above and mark.pid not in ended and _runs(mark.pid)]
        return found


def _read(file: Path) -> Iterator[Mark]:
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        yield Mark(
            build_id=file.name,
            what=told["what"],
            number=told["number"],
            phase=Phase(told["phase"]),
            pid=told["pid"],
            above=tuple(told["above"]),
            at=told["at"],
        )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
