"""Which versions of programs were at work: asked of the programs themselves, where they run."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from baton.runners.base import Surroundings
from baton.runners.failures import RunnerFailure
from baton.runners.launcher import Launcher
from baton.runners.placeholders import expand
from baton.workshop.plain import plain

# A program that is not known here may do anything when it is called with --version.
_ASKED = {
    "node": "--version", "npm": "--version", "npx": "--version", "pnpm": "--version", "yarn": "--version",
    "deno": "--version", "bun": "--version", "go": "version", "cargo": "--version", "dotnet": "--version",
    "java": "--version", "mvn": "--version", "ruby": "--version", "php": "--version", "elixir": "--version",
    "make": "--version",
}  # fmt: skip
_SCRIPTS = ("npm", "npx", "pnpm", "yarn")
_LONGEST = 120


def version_commands(command: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The commands that tell the versions of what ``command`` calls; none for a program that is not known."""
    name = PurePosixPath(command[0]).name
    if name not in _ASKED:
        return ()
    own = (command[0], _ASKED[name])
    return (("node", "--version"), own) if name in _SCRIPTS else (own,)


async def tool_versions(
    launcher: Launcher,
    commands: Sequence[Sequence[str]],
    folder: Path,
    scratch: Path,
    surroundings: Surroundings,
) -> dict[str, str]:
    """Program to the first line that it says of itself. One that says nothing, or fails, is left out."""
    found = {}
    for command in commands:
        try:
            result = await launcher.run(expand(command, surroundings), cwd=folder, writable=[folder, scratch])
        except RunnerFailure:
            continue  # no time is left for it
        lines = (result.stdout or result.stderr).decode(errors="replace").strip().splitlines()
        if result.exit_code == 0 and lines:
            found[PurePosixPath(command[0]).name.strip("{}")] = plain(lines[0], _LONGEST)
    return found
