"""The tools that a model is given. What it asks for outside of the workspace is refused, counted, and not done."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from pydantic_ai import Tool
from pydantic_ai.exceptions import ToolFailed

from baton.runners.llm.failures import ModelOutOfBounds
from baton.runners.llm.looking import Look
from baton.runners.llm.tree_files import FileRefused, OutOfBounds, TreeFiles

MOST_OUT_OF_BOUNDS = 5
"""After so many calls for what lies outside the phase ends: this is no slip any more."""

_READ_CHARACTERS = 60_000


class Toolbox:
    """The tools of one conversation. ``doing`` is told which tool is at work."""

    def __init__(self, files: TreeFiles, doing: Callable[[str], None], *, out_of_bounds: int = 0) -> None:
        self.out_of_bounds = out_of_bounds
        self.doing = doing
        self._files = files

    def reading(self, changes: Callable[[], Awaitable[str]] | None) -> list[Tool[None]]:
        """Tools that look, and change nothing. ``changes`` gives the patch of the build so far."""
        tools = [self._tool(self.list_files), self._tool(self.read_file), self._tool(self.search_files)]
        if changes is not None:
            tools.append(self._tool(_show_changes(changes)))
        return tools

    def writing(self, trial: Callable[[], Awaitable[str]]) -> list[Tool[None]]:
        """Tools that look and write; ``trial`` runs the tests."""
        more = (self.write_file, self.replace_in_file, self.delete_file, _run_tests(trial))
        return [*self.reading(None), *(self._tool(one) for one in more)]

    async def list_files(self, folder: str = "", pattern: str = "") -> str:
        """List the files of the workspace with their sizes in bytes, at most 1,000.

        Args:
            folder: Only below this folder, such as 'src'. Empty: everywhere.
            pattern: Only paths or names that match this shell pattern, such as '*.py'.
        """
        return await self._look(lambda look: look.listing(folder, pattern))

    async def read_file(self, path: str, first_line: int = 1, last_line: int | None = None) -> str:
        """Read a text file, or some lines of it.

        Args:
            path: The file, such as 'src/main.py'.
            first_line: The first line to show; 1 is the first of the file.
            last_line: The last line to show. Empty: as far as it fits.
        """
        lines = self._files.read(path).splitlines(keepends=True)
        shown = "".join(lines[max(0, first_line - 1) : last_line])
        cut = shown[:_READ_CHARACTERS]
        if len(cut) < len(shown):
            cut += f"\n[cut at {_READ_CHARACTERS:,} characters; the file has {len(lines)} lines: ask for some of them]"
        return cut or f"[no such lines: the file has {len(lines)}]"

    async def search_files(self, expression: str, folder: str = "", pattern: str = "") -> str:
        """Find lines by a regular expression, at most 200, as path:number:line.

        Args:
            expression: A regular expression as Python has them.
            folder: Only below this folder. Empty: everywhere.
            pattern: Only in paths or names that match this shell pattern, such as '*.py'.
        """
        return await self._look(lambda look: look.search(expression, folder, pattern))

    async def write_file(self, path: str, text: str) -> str:
        """Make a file with this text, or replace all that is in it. Folders are made as needed.

        Args:
            path: The file, such as 'src/main.py'.
            text: The whole text of the file.
        """
        return f"{'made' if self._files.write(path, text) else 'replaced'} {path}, {len(text.splitlines())} lines"

    async def replace_in_file(self, path: str, old: str, new: str) -> str:
        """Replace one piece of text in a file by another. The old text must occur exactly once.

        Args:
            path: The file.
            old: The text as it stands there, with enough lines around it to occur once.
            new: The text to put in its place; empty to remove it.
        """
        text = self._files.read(path)
        count = text.count(old) if old else 0
        if count != 1:
            hint = "read the file, and copy the text as it stands" if count == 0 else "give more lines around it"
            raise FileRefused(f"the old text occurs {count} times in {path!r}, not once: {hint}")
        self._files.write(path, text.replace(old, new))
        return f"replaced in {path}, from line {text[: text.index(old)].count(chr(10)) + 1} on"

    async def delete_file(self, path: str) -> str:
        """Delete a file.

        Args:
            path: The file.
        """
        self._files.delete(path)
        return f"deleted {path}"

    async def _look(self, work: Callable[[Look], str]) -> str:
        look = Look(self._files)
        try:
            return await asyncio.to_thread(work, look)
        finally:
            look.stop.set()  # a thread cannot be cancelled, but it can be told

    def _tool(self, work: Callable[..., Coroutine[Any, Any, str]]) -> Tool[None]:
        name = work.__name__

        @functools.wraps(work)
        async def guarded(*arguments: Any, **named: Any) -> str:
            self.doing(name)
            try:
                return await work(*arguments, **named)
            except OutOfBounds as error:
                self.out_of_bounds += 1
                if self.out_of_bounds > MOST_OUT_OF_BOUNDS:
                    raise ModelOutOfBounds(
                        f"the model reached out of the workspace {self.out_of_bounds} times, and was refused each "
                        f"time; the last was {name}: {error}. Look at the request and the repository for what leads "
                        "it there, then retry"
                    ) from None
                raise ToolFailed(f"refused: {error}") from None
            except FileRefused as error:
                raise ToolFailed(str(error)) from None

        # One after the other, in the order in which the model asked for them.
        return Tool(guarded, takes_ctx=False, name=name, sequential=True)


def _show_changes(changes: Callable[[], Awaitable[str]]) -> Callable[..., Coroutine[Any, Any, str]]:
    async def show_changes() -> str:
        """Show what this build has changed so far, as a patch; a long one loses its middle."""
        return await changes() or "[nothing was changed]"

    return show_changes


def _run_tests(trial: Callable[[], Awaitable[str]]) -> Callable[..., Coroutine[Any, Any, str]]:
    async def run_tests() -> str:
        """Run the project's tests in the sandbox and measure their coverage. Takes no arguments."""
        return await trial()

    return run_tests
