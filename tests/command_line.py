"""The command line as a test uses it: in this process, beside the test's own workers."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.cli.app import main


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document."""
        return json.loads(self.out)

    @property
    def told(self) -> str:
        """Everything said, on one line."""
        return " ".join((self.out + self.err).split())


class CommandLine:
    """Runs commands; ``options`` are added to each of them."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture = capture
        self._patch = patch

    def now(self, *arguments: str, stdin: bytes = b"", door: Callable[[Sequence[str]], int] = main) -> Said:
        """Run a command; of another program's command line, where its ``door`` is given."""
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        with _logging_kept():
            code = door(arguments)
        said = self._capture.readouterr()
        assert "Traceback" not in said.err, said.err
        return Said(code, said.out, said.err)

    async def __call__(self, *arguments: str, stdin: bytes = b"") -> Said:
        """Run a command while the event loop of the test goes on."""
        return await asyncio.to_thread(self.now, *arguments, stdin=stdin)


@contextmanager
def _logging_kept() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
