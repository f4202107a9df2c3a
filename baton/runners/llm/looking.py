"""Look around in a workspace: what files there are, and which lines match. Bounded in output and in time."""

import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch

from baton.runners.llm.tree_files import FileRefused, TreeFiles

MOST_ENTRIES = 1_000
MOST_MATCHES = 200
SECONDS = 10.0
_LINE = 300
_SEARCHED_BYTES = 1_000_000


@dataclass
class Look:
    """One look around, in a thread of its own. ``stop`` ends it early, from outside."""

    files: TreeFiles
    stop: threading.Event = field(default_factory=threading.Event)
    _deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def listing(self, folder: str, pattern: str) -> str:
        """Paths and sizes below ``folder`` whose path matches the shell pattern, one in each line."""
        lines: list[str] = []
        for path, found in self._walk(folder):
            if not _matches(path, pattern):
                continue
            if len(lines) == MOST_ENTRIES:
                lines.append(f"[more than {MOST_ENTRIES} files: name a folder or a pattern]")
                break
            lines.append(f"{path}  (link)" if stat.S_ISLNK(found.st_mode) else f"{path}  {found.st_size}")
        return "\n".join(lines) or "[no files]"

    def search(self, expression: str, folder: str, pattern: str) -> str:
        """Lines that match the regular expression, as ``path:number:line``."""
        import regex  # beside pydantic-ai, in the extra

        try:
            wanted = regex.compile(expression)
        except regex.error as error:
            raise FileRefused(f"{expression!r} is no regular expression: {error}") from error
        lines: list[str] = []
        try:
            for path, found in self._walk(folder):
                if not stat.S_ISREG(found.st_mode) or found.st_size > _SEARCHED_BYTES or not _matches(path, pattern):
                    continue
                for number, line in self._lines(path):
                    if wanted.search(line, timeout=max(0.001, self._deadline - time.monotonic())):
                        if len(lines) == MOST_MATCHES:
                            return "\n".join([*lines, f"[more than {MOST_MATCHES} matches: search for less]"])
                        lines.append(f"{path}:{number}:{line[:_LINE]}")
        except TimeoutError:
            raise FileRefused(f"searching for {expression!r} took more than {SECONDS:g} s; make it simpler") from None
        return "\n".join(lines) or "[no matches]"

    def _walk(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        for found in self.files.walk(folder):
            if self.stop.is_set() or time.monotonic() > self._deadline:
                raise FileRefused(f"looking through {folder or 'the workspace'!r} took more than {SECONDS:g} s")
            yield found

    def _lines(self, path: str) -> Iterator[tuple[int, str]]:
        try:
            text = self.files.read(path)
        except FileRefused:
            return
        yield from enumerate(text.splitlines(), start=1)


def _matches(path: str, pattern: str) -> bool:
    return not pattern or fnmatch(path, pattern) or fnmatch(path.rpartition("/")[2], pattern)
