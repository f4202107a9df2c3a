"""What a command says: calm text for people, or one JSON document for programs.

People read results on standard output and everything else on standard error. With ``--json`` standard output gets
exactly one document: the result, or ``{"error": {"code", "message"}}``.
"""

import json
import sys
import traceback
from typing import Any

from rich.console import Console, RenderableType

from baton.runtime.redaction import scrubbed
from gateway.cli.exit_codes import CommandFailed
from gateway.cli.plain import plain, text


class Output:
    """Where one command speaks. Nothing else prints."""

    def __init__(self, *, as_json: bool = False, verbose: bool = False) -> None:
        self.as_json = as_json
        self.verbose = verbose
        self.console = Console(highlight=False, soft_wrap=False)
        self._errors = Console(stderr=True, highlight=False)

    def result(self, document: Any, *shown: RenderableType) -> None:
        """The result: ``document`` with ``--json``, else what is ``shown``. Call it once."""
        if self.as_json:
            self.document(document)
        else:
            for part in shown:
                self.console.print(part)

    def document(self, document: Any) -> None:
        """One JSON document. Takes models, dataclasses and times; anything but ASCII is escaped."""
        from pydantic_core import to_jsonable_python

        sys.stdout.write(json.dumps(to_jsonable_python(document), indent=2) + "\n")
        sys.stdout.flush()

    def say(self, *shown: RenderableType) -> None:
        """For people, on the way to the result; nothing with ``--json``."""
        if not self.as_json:
            self.console.print(*shown)

    def detail(self, message: str) -> None:
        """A line on standard error, with ``-v`` only."""
        if self.verbose:
            self._errors.print(text(message, "dim"))

    def warn(self, message: str) -> None:
        """A line on standard error that people should see."""
        self._errors.print(text("note: ", "yellow").append(plain(message), "default"), soft_wrap=True)

    def failure(self, failed: CommandFailed) -> None:
        """One clear message, and with ``--json`` the error's document."""
        self._errors.print(text("error: ", "bold red").append(plain(failed.message), "default"), soft_wrap=True)
        if self.as_json:
            self.document({"error": {"code": failed.code, "message": failed.message}})

    def trace(self) -> None:
        """Where the error that is being handled happened, on standard error."""
        self._errors.print(text(scrubbed(traceback.format_exc()), "dim"), soft_wrap=True)
