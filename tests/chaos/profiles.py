"""The profiles of a round: light programs in every role, short silences, and a person here and there."""

import sys
from pathlib import Path

from baton.domain.vocabulary import Role

HEARTBEAT_SECONDS = 2.0
"""How long a worker may say nothing about a phase before it is given to another."""

_PLAYER = Path(__file__).with_name("player.py")
_APPROVED = """
[gates.approvals.handoff_to_releaser]
approvers = ["hand"]
deadline = "20s"
"""
_LONG = """
[history]
continue_as_new_after = 40
"""
_BY_HAND = (Role.Q_ASSISTANT, Role.RELEASE_MANAGER)


def write_profiles(folder: Path, marks: Path) -> None:
    """Write them into ``folder``; their program notes what it does below ``marks``."""
    played = "".join(_section(role, _command(marks)) for role in Role)
    by_hand = "".join(_section(role, 'runner = "manual"\n' if role in _BY_HAND else _command(marks)) for role in Role)
    for name, text in {
        "played": played,
        "approved": played + _APPROVED,
        "by-hand": by_hand,
        "paper": "".join(_section(role, 'runner = "manual"\n') for role in Role) + _APPROVED,
        "long": played + _LONG,
    }.items():
        (folder / f"{name}.toml").write_text(text + "\n[limits]\nrework_rounds = 3\nphase_runs = 25\n")


def _section(role: Role, how: str) -> str:
    return f"[roles.{role.value}]\n{how}"


def _command(marks: Path) -> str:
    words = ", ".join(f'"{word}"' for word in (sys.executable, "-I", "-S", str(_PLAYER), str(marks)))
    timing = f'timeout = "10s"\nheartbeat = "{HEARTBEAT_SECONDS:g}s"\nbackoff = 0.1\nattempts = 4\n'
    return f'runner = "command"\ncommand = [{words}]\nsandbox = "off"\n{timing}\n'
