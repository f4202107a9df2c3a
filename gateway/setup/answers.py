"""What has to be known to write a project's first request and profile."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gateway.setup.test_commands import TestCommand

PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""What a profile may be called."""


class Writer(StrEnum):
    """Who writes the code: a coding agent, a model, a program of one's own, or a person."""

    CLAUDE_CODE = "claude-code"
    CODEX = "codex"
    GEMINI = "gemini"
    AIDER = "aider"
    OPENCODE = "opencode"
    MODEL = "model"
    COMMAND = "command"
    MANUAL = "manual"

    @property
    def program(self) -> str | None:
        """The program of a coding agent; ``None`` for the others."""
        return _PROGRAMS.get(self)

    @property
    def keys(self) -> tuple[str, ...]:
        """The variables in which a coding agent looks for a key, the usual one first."""
        return _KEYS.get(self, ())


_PROGRAMS = {
    Writer.CLAUDE_CODE: "claude",
    Writer.CODEX: "codex",
    Writer.GEMINI: "gemini",
    Writer.AIDER: "aider",
    Writer.OPENCODE: "opencode",
}
_ANY_KEY = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY")
_KEYS = {
    Writer.CLAUDE_CODE: ("ANTHROPIC_API_KEY",),
    Writer.CODEX: ("OPENAI_API_KEY",),
    Writer.GEMINI: ("GEMINI_API_KEY",),
    Writer.AIDER: _ANY_KEY,
    Writer.OPENCODE: _ANY_KEY,
}


@dataclass(frozen=True)
class Answers:
    """All of it. ``approvers`` is ``None`` when no approval is wanted, and empty when anybody may give it."""

    project: str
    title: str
    about: str
    criteria: tuple[str, ...]
    profile: str
    writer: Writer
    model: str | None
    command: tuple[str, ...]
    keys: tuple[str, ...]
    tests: TestCommand
    coverage: float
    approvers: tuple[str, ...] | None


@dataclass(frozen=True)
class Told:
    """What was told beforehand; ``None`` is left to a question."""

    project: str | None = None
    title: str | None = None
    about: str | None = None
    criteria: tuple[str, ...] | None = None
    profile: str | None = None
    writer: Writer | None = None
    model: str | None = None
    command: str | None = None
    keys: tuple[str, ...] | None = None
    test: str | None = None
    coverage: float | None = None
    approval: bool | None = None
    approvers: tuple[str, ...] | None = None


def slug(text: str) -> str:
    """A name for a profile, made from a project's ID or a folder's name."""
    return "-".join(re.findall(r"[A-Za-z0-9_]+", text))[:64].strip("-_") or "project"


def project_of(folder: Path) -> str:
    """The project's ID where none is told: the folder's name."""
    return folder.resolve().name or "project"
