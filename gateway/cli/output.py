"""What a command says: calm text for people, or one JSON document for programs.

People read results on standard output and everything else on standard error. With ``--json`` standard output gets
exactly one document: the result, or ``{"error": {"code", "message"}}``.
"""

import os
import sys
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from gateway.cli.exit_codes import CommandFailed
from gateway.cli.plain import plain, text

_PIPE_WIDTH = 200


class Output:
    """Where one command speaks. Nothing else prints."""

    def __init__(self, *, as_json: bool = False, verbose: bool = False) -> None:
        self.as_json = as_json
        self.verbose = verbose
        self.console = Console(highlight=False, width=_width())
        self.errors = Console(stderr=True, highlight=False)
        """Where everything is said that is not the result: questions, too."""

    def result(self, document: Any, *shown: RenderableType) -> None:
        """The result: ``document`` with ``--json``, else what is ``shown``. Call it once."""
        if self.as_json:
            self.document(document)
        else:
            self.say(*shown)

    def document(self, document: Any) -> None:
        """One JSON document. Takes models, dataclasses and times; anything but ASCII is escaped."""
        import json

        from pydantic_core import to_jsonable_python

        sys.stdout.write(json.dumps(to_jsonable_python(document), indent=2) + "\n")
        sys.stdout.flush()

    def raw(self, written: str) -> None:
        """The result in a form of its own, such as CSV, as it is."""
        sys.stdout.write(written)
        sys.stdout.flush()

    def say(self, *shown: RenderableType) -> None:
        """For people; nothing with ``--json``. A text that is not to be wrapped, or goes into a pipe, is not broken."""
        if not self.as_json:
            for part in shown:
                whole = isinstance(part, Text) and (bool(part.no_wrap) or not self.console.is_terminal)
                self.console.print(part, soft_wrap=whole)

    def detail(self, message: str) -> None:
        """A line on standard error, with ``-v`` only."""
        if self.verbose:
            self.errors.print(text(message, "dim"))

    def warn(self, message: str) -> None:
        """A line on standard error that people should see."""
        self.errors.print(text("note: ", "yellow").append(plain(message), "default"), soft_wrap=True)

    def failure(self, failed: CommandFailed) -> None:
        """One clear message, and with ``--json`` the error's document."""
        self.errors.print(text("error: ", "bold red").append(plain(failed.message), "default"), soft_wrap=True)
        if self.as_json:
            self.document({"error": {"code": failed.code, "message": failed.message}})

    def trace(self) -> None:
        """Where the error that is being handled happened, on standard error."""
        import traceback

        from baton.runtime.redaction import scrubbed

        self.errors.print(text(scrubbed(traceback.format_exc()), "dim"), soft_wrap=True)


def _width() -> int | None:
    """Tables in a pipe are not squeezed into the 80 columns of a terminal that is not there."""
    return None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _PIPE_WIDTH
