"""What a profile may say of a role that a coding agent plays."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from baton.runners.agents.known import PRESETS
from baton.runners.agents.preset import Agent, Preset
from baton.runners.launcher import LaunchOptions

_PLAIN = r"^[^\x00-\x1f\x7f]+$"


def _below_home(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or not path.parts or value.startswith("~"):
        raise ValueError('name a file or folder below the HOME of the worker, such as ".codex/auth.json"')
    return str(path)


Word = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=_PLAIN)]
"""A word of a command line."""

ConfigPath = Annotated[str, StringConstraints(max_length=1024, pattern=_PLAIN), AfterValidator(_below_home)]
"""A file or folder below the worker's HOME."""


class AgentOptions(LaunchOptions):
    """Options of a role with ``runner = "agent"``.

    ``agent`` names the preset; ``program`` another place of its program, or another name of it. ``model`` is in the
    agent's own words; ``arguments`` come last on its command line. ``config`` names files and folders below the
    worker's HOME that are copied to the same place below the agent's own for the time of the phase, such as its login.
    ``memory_mib`` and ``processes`` take the place of those of ``[sandbox]``.
    """

    agent: Agent
    program: Word | None = None
    model: (
        Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s\x00-\x1f-][^\s\x00-\x1f]*$")]
        | None
    ) = None
    arguments: tuple[Word, ...] = ()
    config: tuple[ConfigPath, ...] = ()
    network: bool = True
    memory_mib: int | None = Field(default=None, ge=64)
    processes: int | None = Field(default=None, ge=8)

    @property
    def preset(self) -> Preset:
        """What is known of the agent."""
        return PRESETS[self.agent]
