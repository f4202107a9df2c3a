"""What is known of one coding agent: how its program is called, and how its words are understood."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from baton.runners.agents.told import Told


class Agent(StrEnum):
    """The coding agents that there are presets for."""

    CLAUDE_CODE = "claude-code"
    CODEX = "codex"
    GEMINI = "gemini"
    AIDER = "aider"
    OPENCODE = "opencode"


@dataclass(frozen=True, slots=True)
class Call:
    """One run of an agent's program.

    ``session`` names the conversation that it begins, ``resume`` instead the one that it goes on with. ``confined``
    says that Baton's sandbox holds it, so that it need not hold itself. ``home`` is the agent's own folder, its HOME;
    ``prompt`` the file with the task, which also comes on standard input. ``money`` is what it may spend in US dollars.
    """

    home: Path
    prompt: Path
    confined: bool
    model: str | None = None
    session: str | None = None
    resume: str | None = None
    money: float | None = None


@dataclass(frozen=True)
class Preset:
    """A coding agent.

    ``program`` is found on the worker's PATH. ``keys`` are the variables in which it looks for a key, ``addresses``
    those that lead it to another server, ``logins`` the files below HOME in which it keeps a login; a profile names
    those that it may have. ``settings`` are variables that it always gets. ``arguments`` makes a call's arguments,
    ``hear`` reads a line of its output, and ``sessions`` finds the conversations in the agent's own folder: ID to
    file. With ``names_sessions`` it takes the ID that it is given; else it makes one and tells it.
    """

    name: Agent
    title: str
    program: str
    install: str
    arguments: Callable[[Call], list[str]]
    hear: Callable[[Told, str], None]
    keeps: Callable[[Path, str], bool]
    keys: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    names_sessions: bool = False
    memory_mib: int = 4096
    processes: int = 1024


def event(line: str) -> dict[str, Any]:
    """A line of JSON Lines, which is an object. Raises ValueError."""
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
