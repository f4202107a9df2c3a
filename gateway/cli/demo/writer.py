"""Who writes the demo's code: the stand-in, a coding agent, or a language model."""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from baton.runners.agents.installation import find
from baton.runners.agents.known import PRESETS
from baton.runners.agents.preset import Agent
from baton.runners.registry import Registry
from gateway.cli.exit_codes import CommandFailed, ExitCode

_SECTION = re.compile(r"^\[roles\.code_writer\]\n(?:.+\n)*", re.MULTILINE)
_DESCRIPTION = re.compile(r'^description = ".*"$', re.MULTILINE)
_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS")
_MODEL = re.compile(r"[a-z][a-z0-9/-]*:[^\s\x00-\x1f\"\\]+")
_KEYS = {"google": ("GEMINI_API_KEY", "GOOGLE_API_KEY")}
_ADDRESSES = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL")
_KEYLESS = ("ollama",)
_LONG_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes the code. ``told`` says so at the opening, ``section`` is its part of the profile without heading.

    ``program`` is a word on the command line of its process, ``seconds`` how long the whole demo may take.
    """

    told: str
    section: str = ""
    program: str = ""
    seconds: float = _LONG_SECONDS

    @property
    def stands_in(self) -> bool:
        """Whether no model is asked."""
        return not self.section


STAND_IN = Writer(
    "The code writer is a stand-in: it replays two recorded attempts, so that no key is needed.",
    program="code_writer.py",
    seconds=180.0,
)


def writer_for(agent: str | None, model: str | None, environ: Mapping[str, str]) -> Writer:
    """Who writes the code, by the options. Raises CommandFailed for what is wrong with them, or missing here."""
    if agent is not None and model is not None:
        raise CommandFailed("usage", "Give --agent or --model, not both: one of them writes the code", ExitCode.USAGE)
    if agent is not None:
        return _agent(agent, environ)
    return STAND_IN if model is None else _model(model, environ)


def lay_out_profile(writer: Writer, folder: Path) -> None:
    """Write the profile ``demo`` with this writer into ``folder``."""
    text = resources.files("baton.runners").joinpath("profiles", "demo.toml").read_text(encoding="utf-8")
    text = _SECTION.sub(lambda _: f"[roles.code_writer]\n{writer.section}", text, count=1)
    text = _DESCRIPTION.sub(lambda _: f'description = "{writer.told}"', text, count=1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo.toml").write_text(text, encoding="utf-8")


def _agent(name: str, environ: Mapping[str, str]) -> Writer:
    if name not in tuple(Agent):
        raise CommandFailed("usage", f"There is no agent {name!r}; there are {', '.join(Agent)}", ExitCode.USAGE)
    preset = PRESETS[Agent(name)]
    path = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", "")])
    found = find(preset.program, path)
    if found is None:
        raise CommandFailed(
            "agent_missing",
            f"{preset.title} is not installed: there is no {preset.program!r} on PATH. Install it: {preset.install}",
        )
    keys = _given_keys(preset.keys, environ, preset.title)
    _require_runner("agent", "python -m pip install -e .")
    return Writer(
        f"The code writer is {preset.title}: it asks a real model, which costs what its provider asks.",
        _section("agent", f'agent = "{name}"', [*keys, *_set(preset.addresses, environ)], environ),
        str(found.program),
    )


def _model(name: str, environ: Mapping[str, str]) -> Writer:
    if _MODEL.fullmatch(name) is None:
        message = f"{name!r} names no model; a name is PROVIDER:NAME, such as anthropic:claude-sonnet-4-5"
        raise CommandFailed("usage", message, ExitCode.USAGE)
    provider = re.split(r"[:/]", name.removeprefix("gateway/"))[0]
    family = provider.split("-")[0]
    known = _KEYS.get(family, (f"{family.upper()}_API_KEY",))
    keys = [] if family in _KEYLESS else _given_keys(known, environ, f"The provider {provider!r}")
    _require_runner("llm", "python -m pip install -e '.[llm]'")
    return Writer(
        f"The code writer is the model {name}: it is really asked, which costs what its provider asks.",
        _section("llm", f'model = "{name}"', [*keys, *_set(_ADDRESSES, environ)], environ),
    )


def _section(runner: str, line: str, names: Iterable[str], environ: Mapping[str, str]) -> str:
    given = ", ".join(f'"{name}"' for name in dict.fromkeys([*names, *_set(_NETWORK, environ)]))
    return f'runner = "{runner}"\n{line}\nenv = [{given}]\ntimeout = "30m"\nheartbeat = "2s"\n'


def _given_keys(keys: Iterable[str], environ: Mapping[str, str], who: str) -> list[str]:
    keys = tuple(keys)
    given = _set(keys, environ)
    if not given:
        raise CommandFailed(
            "key_missing", f"{who} needs a key, and none of its variables is set: {', '.join(keys)}. Set one of them"
        )
    return given


def _set(names: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    return [name for name in names if environ.get(name)]


def _require_runner(name: str, install: str) -> None:
    if name not in Registry.installed().names():
        raise CommandFailed(
            "runner_missing", f"The runner {name!r} is not installed beside Baton. Install it: {install}"
        )
