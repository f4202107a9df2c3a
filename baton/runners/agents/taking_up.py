"""How an attempt takes up the work of an earlier one that was cut short: its files, and its conversation."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.domain.attempts import Resumption
from baton.runners.agents.preset import Agent
from baton.runners.memory import Memory
from baton.workshop.errors import CommitNotFound, WorkshopError
from baton.workshop.workspace import Workspace

_RECORD = "conversation.json"


@dataclass(frozen=True, slots=True)
class Record:
    """What an attempt leaves for the next one besides the tree of one that was killed.

    The ID of its conversation stands there from before the program starts, or from when the program tells it. When
    the attempt is stopped and not killed, a snapshot of the tree is added. An attempt that ends by itself has nothing
    that could be gone on with, and removes the record. So one that is found belongs to an attempt that was cut short.
    """

    file: Path
    agent: Agent

    @classmethod
    def of(cls, memory: Memory, agent: Agent) -> "Record":
        """The record for ``agent``'s attempts at one order."""
        return cls(memory.folder / _RECORD, agent)

    @property
    def session(self) -> str | None:
        """The conversation that was cut short, if it was with this agent."""
        return self._read().get("session")

    @property
    def snapshot(self) -> str | None:
        """The tree as a stopped attempt left it, if that was this agent's."""
        return self._read().get("snapshot")

    def keep(self, session: str) -> None:
        """The conversation that has begun."""
        self._write({"session": session})

    async def cut_short(self, workspace: Workspace) -> None:
        """The attempt is being stopped: keep its tree. One that cannot be kept is lost."""
        try:
            snapshot = await workspace.snapshot()
        except (WorkshopError, OSError):
            return
        self._write({**self._read(), "snapshot": snapshot})

    def forget(self) -> None:
        """The attempt has ended by itself."""
        self.file.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            told = json.loads(self.file.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return told if isinstance(told, dict) and told.get("agent") == self.agent.value else {}

    def _write(self, told: dict[str, Any]) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps({**told, "agent": self.agent.value}), encoding="utf-8")
        draft.replace(self.file)


@dataclass(frozen=True, slots=True)
class Start:
    """How an attempt begins. ``how`` is ``None`` for a first one; ``files``: those of the earlier one are there."""

    how: Resumption | None = None
    session: str | None = None
    files: bool = True


async def take_up(memory: Memory, workspace: Workspace, record: Record, keeps: Callable[[str], bool]) -> Start:
    """Bring back what an attempt before this one left, and tell the memory.

    ``keeps`` says whether the agent still has the conversation of an ID.
    """
    if memory.attempt == 1 and not memory.elsewhere:
        return Start()
    told = record.session
    session = told if told is not None and keeps(told) else None
    files = await _brought_back(workspace, record.snapshot or memory.interrupted)
    if session is not None:
        start = Start(Resumption.FULL if files else Resumption.PARTIAL, session, files)
        why = "conversation and files are as they were" if files else "the conversation is there, the files are lost"
    elif files:
        start = Start(Resumption.PARTIAL)
        lost = "there is no conversation to go on with" if told is None else "the agent has lost the conversation"
        why = f"the files are as they were; {lost}"
    else:
        start = Start(Resumption.NONE)
        why = "the attempt before ended by itself, and left nothing to go on with"
        if memory.elsewhere:
            why = "the attempt before ran on another machine"
    assert start.how is not None
    memory.resumed(start.how, why)
    return start


async def _brought_back(workspace: Workspace, snapshot: str | None) -> bool:
    if snapshot is None:
        return False
    try:
        await workspace.bring_back(snapshot)
    except CommitNotFound:
        return False
    return True
