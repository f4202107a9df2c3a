"""The real programs: where they are, and how each is told to write one file."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from baton.domain.attempts import Resumption
from baton.runners.agents.known import PRESETS
from baton.runners.agents.preset import Agent
from tests.modelserver import Call, ModelServer, Say, Turn

FOLDER = "BATON_AGENTS"
"""The variable that names the folder in which the programs are installed, besides those on PATH."""

CODE = "def add(a, b):\n    return a + b\n"
FILE = "adder.py"


def search_path() -> str:
    """PATH, with an npm prefix and a virtual environment ``aider`` in that folder first."""
    folder = os.environ.get(FOLDER)
    places = [f"{folder}/node_modules/.bin", f"{folder}/aider/bin"] if folder else []
    return os.pathsep.join([*places, os.environ.get("PATH", "/usr/bin:/bin")])


def missing(agent: Agent) -> str:
    """Why the program cannot be run here; empty when it can."""
    preset = PRESETS[agent]
    if shutil.which(preset.program, path=search_path()) is None:
        return f"{preset.title} is not installed: {preset.install}, or name its folder in {FOLDER}"
    return ""


@dataclass(frozen=True)
class Case:
    """How an agent meets the model server: lines of its role in the profile, and its turn that writes the file.

    ``writes`` gets the path of the tree. ``requests`` is what it tells of two answers. ``resumes`` says what it goes on
    with after a kill, and ``quiet`` that it calls nobody but the model.
    """

    agent: Agent
    profile: Callable[[ModelServer], str]
    writes: Callable[[Path], Turn]
    requests: int = 2
    resumes: Resumption = Resumption.FULL
    quiet: bool = True


def _claude(server: ModelServer) -> str:
    return f'model = "claude-sonnet-4-5"\nset_env.ANTHROPIC_BASE_URL = "{server.url}"'


def _codex(server: ModelServer) -> str:
    provider = f'{{ name = "Gateway", base_url = "{server.openai_url}", env_key = "KEY", wire_api = "responses" }}'
    arguments = ["-c", 'model_provider="gateway"', "-c", f"model_providers.gateway={provider}"]
    return f'model = "gpt-5.5"\narguments = {json.dumps(arguments)}'


def _gemini(server: ModelServer) -> str:
    return f'model = "gemini-2.5-pro"\nset_env.GOOGLE_GEMINI_BASE_URL = "{server.url}"'


def _opencode(server: ModelServer) -> str:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": server.openai_url, "apiKey": "{env:KEY}"},
        "models": {"test-model": {}},
    }
    config = json.dumps({"provider": {"gateway": provider}})
    return f"model = \"gateway/test-model\"\nset_env.OPENCODE_CONFIG_CONTENT = '{config}'"


def _aider(server: ModelServer) -> str:
    return f'model = "openai/test-model"\nset_env.OPENAI_API_BASE = "{server.openai_url}"'


CASES = (
    Case(
        Agent.CLAUDE_CODE,
        _claude,
        lambda tree: Call("Write", {"file_path": str(tree / FILE), "content": CODE}),
    ),
    Case(
        Agent.CODEX,
        _codex,
        lambda tree: Call("exec_command", {"cmd": f"cat >{FILE} <<'END'\n{CODE}END"}),
        requests=1,
    ),
    Case(
        Agent.GEMINI,
        _gemini,
        lambda tree: Call("write_file", {"file_path": str(tree / FILE), "content": CODE}),
        resumes=Resumption.PARTIAL,
    ),
    Case(
        Agent.OPENCODE,
        _opencode,
        lambda tree: Call("write", {"filePath": str(tree / FILE), "content": CODE}),
        quiet=False,
    ),
    Case(
        Agent.AIDER,
        _aider,
        lambda tree: Say(f"I write it.\n\n{FILE}\n```\n{CODE}```\n"),
        requests=1,
        quiet=False,
    ),
)
