"""Gemini CLI: ``gemini --output-format stream-json``, which tells what it does as JSON Lines."""

import json
from pathlib import Path
from typing import Any

from baton.domain.reports import Usage
from baton.runners.agents.own_folder import read_left
from baton.runners.agents.preset import Agent, Call, Command, Preset, event
from baton.runners.agents.told import Told

_ENV = {"GEMINI_TELEMETRY_ENABLED": "false", "GEMINI_CLI_NO_RELAUNCH": "true"}
_SETTINGS: dict[str, Any] = {
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    "privacy": {"usageStatisticsEnabled": False},
}
_KEY = "GEMINI_API_KEY"
_MOST_READ = 64 * 1024 * 1024


def _command(call: Call) -> Command:
    words = ["--output-format", "stream-json", "--skip-trust"]
    # Held by the sandbox it may do anything; else it may edit files, and what asks for permission is denied.
    words += ["--approval-mode", "yolo" if call.confined else "auto_edit"]
    if call.model is not None:
        words += ["--model", call.model]
    if call.resume is not None:
        words += ["--resume", call.resume]
    elif call.session is not None:
        words += ["--session-id", call.session]
    settings = _SETTINGS
    if _KEY in call.given:
        # With the address of a gateway in its environment it would not take the key unless it is told to.
        settings = {**settings, "security": {"auth": {"selectedType": "gemini-api-key"}}}
    return Command(tuple(words), _ENV, {".gemini/settings.json": json.dumps(settings)})


def _hear(told: Told, line: str) -> None:
    said = event(line)
    match said.get("type"):
        case "init":
            told.session, told.model = str(said["session_id"]), str(said["model"])
        case "message" if said.get("role") == "assistant":
            # Pieces of one message follow one another; anything else between them ends it.
            told.message = told.message + said["content"] if told.open else said["content"]
            told.open = True
            return
        case "result":
            _end(told, said)
    told.open = False


def _end(told: Told, said: dict[str, Any]) -> None:
    if said.get("status") != "success":
        told.error = str((said.get("error") or {}).get("message") or "it said that it failed")
    stats = said["stats"]
    told.sum = Usage(
        requests=1 + stats["tool_calls"] if stats["input_tokens"] else 0,
        input_tokens=stats["input_tokens"],
        output_tokens=stats["output_tokens"],
        cached_tokens=stats["cached"],
    )


def _keeps(home: Path, session: str) -> bool:
    """Only a conversation without tools: of others it sends each tool's result twice, and its provider refuses that."""
    kept = [read_left(file, _MOST_READ) for file in home.glob(f".gemini/tmp/*/chats/session-*-{session[:8]}.jsonl")]
    return any(text is not None and b'"functionResponse"' not in text for text in kept)


GEMINI = Preset(
    name=Agent.GEMINI,
    title="Gemini CLI",
    program="gemini",
    install="npm install -g @google/gemini-cli",
    keys=(_KEY, "GOOGLE_API_KEY"),
    addresses=("GOOGLE_GEMINI_BASE_URL",),
    logins=(".gemini/oauth_creds.json", ".gemini/settings.json"),
    unheeded=(".gemini", ".env"),
    command=_command,
    hear=_hear,
    keeps=_keeps,
    names_sessions=True,
)
