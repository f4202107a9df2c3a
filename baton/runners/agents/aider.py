"""Aider: ``aider --message-file``. It speaks to people; what it used stands in the log of its own statistics."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from baton.domain.reports import Usage
from baton.runners.agents.own_folder import read_left
from baton.runners.agents.preset import Agent, Call, Command, Preset, event
from baton.runners.agents.told import Told

_WORDS = (
    "--yes-always", "--no-auto-commits", "--no-dirty-commits", "--no-gitignore", "--no-check-update",
    "--no-show-release-notes", "--no-show-model-warnings", "--analytics-disable", "--disable-playwright",
    "--no-pretty", "--no-stream", "--no-fancy-input", "--no-detect-urls", "--no-suggest-shell-commands",
    "--no-browser", "--no-notifications",
)  # fmt: skip
_CONFIG = ".aider.conf.yml"
_STATISTICS = "statistics.jsonl"
_MOST_READ = 8 * 1024 * 1024
_EDIT = re.compile(r"\n*^\S+\n```.*?^```$\n*", re.MULTILINE | re.DOTALL)
_FAILED = re.compile(r"^(litellm\.\w*(?:Error|Exception).*|.*(?:API key|Model .* not found).*)$")


def _command(call: Call) -> Command:
    session = call.resume or call.session or "baton"
    words = ["--message-file", str(call.prompt), *_WORDS]
    words += ["--config", str(call.home / _CONFIG)]
    words += ["--analytics-log", str(call.scratch / _STATISTICS)]
    words += ["--chat-history-file", str(_history(call.home, session))]
    words += ["--input-history-file", str(call.scratch / "input-history")]
    if not call.writes:
        words += ["--chat-mode", "ask"]
    if call.model is not None:
        words += ["--model", call.model]
    if call.resume is not None:
        # With little room, as is its default, it would first have the model sum the conversation up.
        words += ["--restore-chat-history", "--max-chat-history-tokens", "32768"]
    return Command(tuple(words), {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}, {_CONFIG: "analytics-disable: true\n"})


def _hear(told: Told, line: str) -> None:
    if _FAILED.match(line):
        told.error = line.strip()


def _recall(told: Told, call: Call) -> None:
    told.session = call.resume or call.session or ""
    said = _last_message(_history(call.home, told.session))
    # What it wrote stands in the tree; the message is what it said about it.
    told.message = _EDIT.sub("\n\n", said).strip() or said if call.writes else said
    events = list(_events(call.scratch / _STATISTICS))
    asked = sum(each.get("event") == "message_send_starting" for each in events)
    answers = [each["properties"] for each in events if each.get("event") == "message_send"]
    if answers:
        told.sum = Usage(
            requests=len(answers),
            input_tokens=sum(answer["prompt_tokens"] for answer in answers),
            output_tokens=sum(answer["completion_tokens"] for answer in answers),
            # It gives 0 for a model whose price it does not know.
            cost_usd=answers[-1]["total_cost"] or None,
        )
    if asked > len(answers):
        told.error = told.error or "its last question to the model was not answered"
    elif asked:
        told.error = ""


def _events(file: Path) -> Iterator[dict[str, Any]]:
    for line in _lines(file):
        with contextlib.suppress(ValueError):
            yield event(line)


def _history(home: Path, session: str) -> Path:
    return home / f"chat-{session}.md"


def _last_message(history: Path) -> str:
    """What the model said last: below the last line of the user's, without the program's own lines."""
    text = "\n".join(_lines(history))
    said = re.split(r"^####.*$", text, flags=re.MULTILINE)[-1]
    return "\n".join(line for line in said.splitlines() if not line.startswith(("> ", "# aider chat"))).strip()


def _lines(file: Path) -> list[str]:
    return (read_left(file, _MOST_READ) or b"").decode(errors="replace").splitlines()


def _keeps(home: Path, session: str) -> bool:
    return _history(home, session).is_file()


AIDER = Preset(
    name=Agent.AIDER,
    title="aider",
    program="aider",
    install="pip install aider-chat",
    keys=("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "DEEPSEEK_API_KEY"),
    addresses=("OPENAI_API_BASE", "ANTHROPIC_API_BASE"),
    logins=(_CONFIG,),
    leavings=(".aider.tags.cache.v*",),
    unheeded=(".env", _CONFIG, ".aider.model.settings.yml", ".aider.model.metadata.json"),
    command=_command,
    hear=_hear,
    recall=_recall,
    keeps=_keeps,
    names_sessions=True,
)
