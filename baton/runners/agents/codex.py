"""Codex: ``codex exec --json``, which tells what it does as JSON Lines."""

from pathlib import Path

from baton.domain.reports import Usage
from baton.runners.agents.preset import Agent, Call, Command, Preset, event, found
from baton.runners.agents.told import Told

_SETTINGS = (
    "check_for_update_on_startup=false",
    "analytics.enabled=false",
    "feedback.enabled=false",
    "features.plugins=false",
    "features.apps=false",
    # Without it, it waits for ever where nothing listens.
    "features.unbounded_connection_retries=false",
    # Variables named like keys are not for the commands that it runs.
    "shell_environment_policy.ignore_default_excludes=false",
)


def _command(call: Call) -> Command:
    words = ["exec", *(("resume",) if call.resume is not None else ()), "--json", "--skip-git-repo-check"]
    # Its own sandbox cannot be made inside Baton's, and is not needed there.
    if call.confined:
        words += ["--dangerously-bypass-approvals-and-sandbox"]
    else:
        words += ["-c", 'sandbox_mode="workspace-write"', "-c", 'approval_policy="never"']
    for setting in _SETTINGS:
        words += ["-c", setting]
    if call.model is not None:
        words += ["--model", call.model]
    return Command((*words, *((call.resume,) if call.resume is not None else ()), "-"))


def _hear(told: Told, line: str) -> None:
    said = event(line)
    match said.get("type"):
        case "thread.started":
            told.session = str(said["thread_id"])
        case "item.completed" if said["item"].get("type") == "agent_message":
            told.message = said["item"]["text"]
        case "turn.completed":
            told.error = ""
            used = said["usage"]
            # Of the whole thread, also of what an attempt used that was cut short before it could tell.
            told.sum = Usage(
                requests=1,
                input_tokens=used["input_tokens"],
                output_tokens=used["output_tokens"],
                cached_tokens=used.get("cached_input_tokens") or 0,
            )
        case "turn.failed":
            told.error = str(said["error"]["message"])
        case "error":
            told.error = str(said["message"])  # it may try again: a turn that is completed after all takes it back


def _keeps(home: Path, session: str) -> bool:
    return found(home, f".codex/sessions/*/*/*/rollout-*-{session}.jsonl")


CODEX = Preset(
    name=Agent.CODEX,
    title="Codex",
    program="codex",
    install="npm install -g @openai/codex",
    keys=("CODEX_API_KEY", "OPENAI_API_KEY"),
    logins=(".codex/auth.json",),
    command=_command,
    hear=_hear,
    keeps=_keeps,
)
