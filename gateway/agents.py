"""Which coding agents are here: their programs, the keys that they know, and the profiles in which they play."""

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from baton.runners.agents.installation import find
from baton.runners.agents.known import PRESETS
from baton.runners.agents.options import AgentOptions
from baton.runners.agents.preset import Preset
from baton.runners.agents.versions import version_in
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import ProfileError
from baton.runners.registry import Registry
from baton.runtime.settings import Settings

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the environment. Its value is never told."""

    name: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class AgentHere:
    """One agent on this machine. ``problem`` says what keeps its program from running; empty when nothing does.

    ``profile`` are the lines with which a role is played by it, ``used_by`` the roles of profiles that are.
    """

    name: str
    title: str
    program: str | None
    version: str
    problem: str
    install: str
    keys: tuple[Variable, ...]
    gateways: tuple[str, ...]
    logins: tuple[str, ...]
    profile: tuple[str, ...]
    used_by: tuple[str, ...]


def agents_here(environ: Mapping[str, str], settings: Settings) -> list[AgentHere]:
    """All presets. Programs are asked for their version, each for half a minute at most."""
    users = list(_users(settings))
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda preset: _here(preset, environ, users), PRESETS.values()))


def _here(preset: Preset, environ: Mapping[str, str], users: list[tuple[str, AgentOptions]]) -> AgentHere:
    found = find(preset.program, environ.get("PATH", ""))
    version, problem = ("", "not installed, or not on PATH") if found is None else _version(str(found.program), environ)
    keys = tuple(Variable(name, bool(environ.get(name))) for name in preset.keys)
    given = [key.name for key in keys if key.is_set] or [keys[0].name]
    names = ", ".join(f'"{name}"' for name in given)
    return AgentHere(
        name=preset.name.value,
        title=preset.title,
        program=None if found is None else str(found.program),
        version=version,
        problem=problem,
        install=preset.install,
        keys=keys,
        gateways=preset.addresses,
        logins=preset.logins,
        profile=('runner = "agent"', f'agent = "{preset.name.value}"', f"env = [{names}]"),
        used_by=tuple(who for who, options in users if options.agent is preset.name),
    )


def _version(program: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Its version, and what went wrong when there is none."""
    command = [program, "--version"]
    try:
        ended = subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"it did not tell its version within {_SECONDS:g} s"
    except OSError as error:
        return "", f"it cannot be run: {error.strerror}"
    version = version_in(ended.stdout)
    if ended.returncode == 0 and version:
        return version, ""
    said = (ended.stderr.strip() or ended.stdout.strip() or "it said nothing").splitlines()[-1]
    return "", f"it cannot tell its version (exit code {ended.returncode}): {said[:200]}"


def _users(settings: Settings) -> Iterator[tuple[str, AgentOptions]]:
    """The roles of all profiles that an agent plays. A profile that cannot be read has none; the doctor tells of it."""
    profiles = Profiles(settings.profiles, Registry.installed())
    for name in profiles.names():
        try:
            options = profiles.load(name).options
        except ProfileError:
            continue
        yield from ((f"{name}: {role.value}", each) for role, each in options.items() if isinstance(each, AgentOptions))
