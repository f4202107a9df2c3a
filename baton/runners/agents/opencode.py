"""OpenCode: ``opencode run --format json``, which tells what it does as JSON Lines."""

from pathlib import Path
from typing import Any

from baton.domain.reports import Usage
from baton.runners.agents.preset import Agent, Call, Command, Preset, event, found
from baton.runners.agents.told import Told

_QUIET = {
    "OPENCODE_DISABLE_AUTOUPDATE": "1",
    "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
    "OPENCODE_DISABLE_SHARE": "1",
    "OPENCODE_PURE": "1",
    # Settings in the tree could run commands at its start, and send the key wherever they like.
    "OPENCODE_DISABLE_PROJECT_CONFIG": "1",
}
_CUT_SHORT = ("length", "content-filter", "error", "unknown")


def _command(call: Call) -> Command:
    words = ["run", "--format", "json"]
    # Held by the sandbox it may do anything; else what asks for permission is denied.
    if call.confined:
        words += ["--auto"]
    if call.model is not None:
        words += ["--model", call.model]
    if call.resume is not None:
        words += ["--session", call.resume]
    else:
        words += ["--title", "Baton"]  # without one it asks the model for a title
    return Command(tuple(words), _QUIET)


def _hear(told: Told, line: str) -> None:
    said = event(line)
    told.session = said.get("sessionID") or told.session
    match said.get("type"):
        case "text" if said["part"]["text"].strip():
            told.message = said["part"]["text"]
        case "step_finish":
            _answer(told, said["part"])
            reason = said["part"].get("reason")
            told.error = f"the model's last answer was cut short ({reason})" if reason in _CUT_SHORT else ""
        case "error":
            error = said["error"]
            told.error = str((error.get("data") or {}).get("message") or error.get("name") or "it said that it failed")


def _answer(told: Told, part: dict[str, Any]) -> None:
    tokens = part["tokens"]
    cached = tokens["cache"]["read"]
    told.answers[part["id"]] = Usage(
        requests=1,
        input_tokens=tokens["input"] + cached + tokens["cache"]["write"],
        output_tokens=tokens["output"] + tokens["reasoning"],
        cached_tokens=cached,
    )
    # It gives 0 for a model whose price it does not know.
    if part.get("cost"):
        told.cost_usd = (told.cost_usd or 0.0) + part["cost"]


def _keeps(home: Path, session: str) -> bool:
    # Conversations lie in one database, which is the agent's own to read.
    return found(home, ".local/share/opencode/opencode.db")


OPENCODE = Preset(
    name=Agent.OPENCODE,
    title="OpenCode",
    program="opencode",
    install="npm install -g opencode-ai",
    keys=("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "OPENCODE_API_KEY"),
    addresses=("OPENCODE_CONFIG_CONTENT",),
    logins=(".local/share/opencode/auth.json",),
    command=_command,
    hear=_hear,
    keeps=_keeps,
)
