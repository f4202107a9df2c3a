"""Which version of an agent is installed, as its program says."""

import re
from dataclasses import replace
from pathlib import Path

from baton.runners.agents.installation import Installation, fingerprint
from baton.runners.launcher import Launcher
from baton.workshop import sandbox

_SECONDS = 30.0
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")
_known: dict[tuple[str, int, int], str] = {}


async def version_of(installed: Installation, launcher: Launcher, scratch: Path) -> str:
    """What ``--version`` says, or nothing. Asked once for each file in the life of a worker.

    It is asked without the profile's variables and without a network: it is not at work.
    """
    key = fingerprint(installed.program)
    if key not in _known:
        folder = scratch / "version"
        folder.mkdir()
        result = await sandbox.run(
            [str(installed.program), "--version"],
            cwd=folder,
            writable=[folder],
            readable=installed.places,
            env={"PATH": launcher.path(installed.paths), "HOME": str(folder), "TMPDIR": str(folder)},
            limits=replace(launcher.limits, wall_seconds=_SECONDS),
            policy=launcher.policy,
        )
        _known[key] = version_in(result.stdout.decode(errors="replace")) if result.exit_code == 0 else ""
    return _known[key]


def version_in(text: str) -> str:
    """The version in what a program says of itself, or nothing."""
    match = _VERSION.search(text)
    return match[0] if match else ""
