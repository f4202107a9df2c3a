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
    """One run of an agent's program, as it is wanted.

    ``session`` names the conversation that it begins (only for presets that name it), ``resume`` instead the one that
    it goes on with. ``writes`` says whether its role writes code, ``confined`` that Baton's sandbox holds it, so that
    it need not hold itself. ``home`` is its own folder and its HOME; ``prompt`` the file with its task, which also
    comes on standard input; ``scratch`` a folder for this run alone. ``given`` are the names of the variables that the
    profile gives it. ``money`` is what it may spend, in US dollars.
    """

    home: Path
    scratch: Path
    prompt: Path
    writes: bool
    confined: bool
    given: frozenset[str] = frozenset()
    model: str | None = None
    session: str | None = None
    resume: str | None = None
    money: float | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """How the program is started: arguments, variables, and files below its HOME (path to text)."""

    arguments: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def _nothing_more(told: Told, call: Call) -> None:
    """All that it tells is in its output."""


@dataclass(frozen=True)
class Preset:
    """A coding agent.

    ``program`` is looked for on the worker's PATH; ``install`` is the command that installs it. ``keys`` are the
    variables in which it looks for a key, ``addresses`` those that lead it to a gateway, ``logins`` the files below
    HOME that hold a login: a profile names those that it may have. ``command`` says how a call is started, ``hear``
    reads a line of its output, ``recall`` what it left in files when it has ended, and ``keeps`` whether its own
    folder holds a conversation. ``names_sessions``: it takes the ID that it is given for a conversation; else it makes
    one and tells it. ``leavings`` are patterns of what it leaves in the workspace for itself; ``unheeded`` names at the
    top of the workspace that would steer it, and that no switch keeps it from reading. ``memory_mib`` and ``processes``
    are what it needs to live.
    """

    name: Agent
    title: str
    program: str
    install: str
    keys: tuple[str, ...]
    command: Callable[[Call], Command]
    hear: Callable[[Told, str], None]
    keeps: Callable[[Path, str], bool]
    recall: Callable[[Told, Call], None] = _nothing_more
    addresses: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    leavings: tuple[str, ...] = ()
    unheeded: tuple[str, ...] = ()
    names_sessions: bool = False
    memory_mib: int = 4096
    processes: int = 1024


def event(line: str) -> dict[str, Any]:
    """A line of JSON Lines that holds an object. Raises ValueError."""
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def found(home: Path, pattern: str) -> bool:
    """Whether the agent's folder holds a file by this pattern."""
    return any(file.is_file() for file in home.glob(pattern))
