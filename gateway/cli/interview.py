"""Asking a person at a terminal, and not asking at all."""

import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.plain import text

_LOOK_SECONDS = 0.2
_YES, _NO = ("y", "yes"), ("n", "no")


def at_a_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


class Interview:
    """Asks on a terminal, until the answer can be used. The end of the input is raised as CommandFailed."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def text(self, option: str, question: str, default: str | None, check: Callable[[str], str]) -> str:
        """One line for which ``check`` finds nothing wrong."""
        while True:
            said = self._ask(question, f"[{default}]" if default else "").strip() or default or ""
            if not (why := check(said)):
                return said
            self._console.print(text(f"  {why}", "yellow"))

    def choice(self, option: str, question: str, choices: Sequence[str], default: str) -> str:
        """One of ``choices``."""

        def check(said: str) -> str:
            return "" if said in choices else f"one of {', '.join(choices)}"

        return self.text(option, f"{question} ({', '.join(choices)})", default, check)

    def lines(self, option: str, question: str) -> list[str]:
        """Lines, up to an empty one."""
        self._console.print(text(f"{question} An empty line ends."))
        found: list[str] = []
        while (said := self._ask("  >", "").rstrip()).strip():
            found.append(said)
        return found

    def agreed(self, option: str, question: str, *, default: bool) -> bool:
        """Yes or no."""

        def check(said: str) -> str:
            return "" if said.lower() in (*_YES, *_NO) else "yes or no"

        return self.text(option, f"{question} (y/n)", "y" if default else "n", check).lower() in _YES

    def _ask(self, question: str, default: str) -> str:
        asked = text(question, "bold").append(f" {default}" if default else "", "dim")
        try:
            with _interruptible():
                self._console.print(asked, end=" ")
                # Ctrl-C just before a read would be noticed only after it: so nothing is read before it is there.
                while not select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
                    pass
                return input()
        except EOFError:
            self._console.print()
            raise CommandFailed("usage", "the input ended before the last question", ExitCode.USAGE) from None
        except UnicodeDecodeError:
            raise CommandFailed("usage", "what was typed is not UTF-8 text", ExitCode.USAGE) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the question at once. An event loop would only note it, and go on waiting for the answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Proposals:
    """Takes what is proposed, without a question. Where nothing is, CommandFailed names the option."""

    def text(self, option: str, question: str, default: str | None, check: Callable[[str], str]) -> str:
        """The default."""
        if default is None or check(default):
            raise CommandFailed("usage", f"{option} is needed with --yes: {question}", ExitCode.USAGE)
        return default

    def choice(self, option: str, question: str, choices: Sequence[str], default: str) -> str:
        """The default."""
        return default

    def lines(self, option: str, question: str) -> list[str]:
        """None."""
        return []

    def agreed(self, option: str, question: str, *, default: bool) -> bool:
        """The default."""
        return default
