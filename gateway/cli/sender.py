"""Who gives a command."""

import getpass
import os
from dataclasses import dataclass

from gateway.cli.exit_codes import CommandFailed, ExitCode

VARIABLE = "BATON_USER"


@dataclass(frozen=True)
class Sender:
    """As whom a command is given, and under which key."""

    name: str | None = None
    agent: bool = False
    command_id: str | None = None

    def fields(self) -> dict[str, object]:
        """What every command's message carries."""
        actor = {"kind": "agent" if self.agent else "person", "id": self.name or who_am_i()}
        return {"actor": actor, "command_id": self.command_id}


def who_am_i() -> str:
    """``BATON_USER``, or the name of the login. Raises CommandFailed where neither is known."""
    if name := os.environ.get(VARIABLE, "").strip():
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise CommandFailed(
            "usage", f"It is not known who you are: give --as NAME, or set {VARIABLE}", ExitCode.USAGE
        ) from None
