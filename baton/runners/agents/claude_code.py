"""Claude Code: ``claude --print``, which tells what it does as JSON Lines."""

from pathlib import Path
from typing import Any

from baton.domain.reports import Usage
from baton.runners.agents.preset import Agent, Call, Command, Preset, event, found
from baton.runners.agents.told import Told

_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_BUG_COMMAND": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    # It tries a key that is refused again and again, for minutes; a busy provider gets as many pauses.
    "CLAUDE_CODE_MAX_RETRIES": "5",
}
_SYNTHETIC = "<synthetic>"


def _command(call: Call) -> Command:
    words = ["--print", "--output-format", "stream-json", "--verbose"]
    # Held by the sandbox it may do anything; else it may edit files, and what asks for permission is denied.
    words += ["--permission-mode", "bypassPermissions" if call.confined else "acceptEdits"]
    # Settings in the tree could run commands at its start, and send the key wherever they like.
    words += ["--setting-sources", "user", "--strict-mcp-config"]
    if call.model is not None:
        words += ["--model", call.model]
    if call.money is not None:
        words += ["--max-budget-usd", f"{call.money:.6f}"]
    if call.resume is not None:
        words += ["--resume", call.resume]
    elif call.session is not None:
        words += ["--session-id", call.session]
    return Command(tuple(words), _QUIET)


def _hear(told: Told, line: str) -> None:
    said = event(line)
    told.session = said.get("session_id") or told.session
    match said.get("type"):
        case "system" if said.get("subtype") == "init":
            told.model = str(said.get("model", ""))
        case "assistant":
            _answer(told, said["message"], said.get("parent_tool_use_id") is None)
        case "result":
            _end(told, said)


def _answer(told: Told, message: dict[str, Any], own: bool) -> None:
    if message.get("model") == _SYNTHETIC:
        return  # the program's own words, such as an error of the provider
    told.answers[message["id"]] = _usage(message["usage"])
    text = "\n".join(part["text"] for part in message["content"] if part.get("type") == "text")
    if own and text.strip():
        told.message = text


def _end(told: Told, said: dict[str, Any]) -> None:
    result = said.get("result")
    if said.get("is_error"):
        reasons = said.get("errors") or [said.get("subtype")]
        told.error = str(result or "; ".join(map(str, reasons)))
        told.spent = said.get("subtype") == "error_max_budget_usd"
    elif isinstance(result, str) and result.strip():
        told.message = result
    by_model = said.get("modelUsage") or {}
    models = [_by_model(each) for each in by_model.values()]
    told.sum = Usage(
        requests=len(told.answers),
        input_tokens=sum(usage.input_tokens for usage in models),
        output_tokens=sum(usage.output_tokens for usage in models),
        cached_tokens=sum(usage.cached_tokens for usage in models),
        # For models that its own table of prices does not have it guesses.
        cost_usd=said.get("total_cost_usd") if by_model and all("claude" in name for name in by_model) else None,
    )


def _usage(told: dict[str, Any]) -> Usage:
    cached = told.get("cache_read_input_tokens") or 0
    return Usage(
        requests=1,
        input_tokens=told["input_tokens"] + cached + (told.get("cache_creation_input_tokens") or 0),
        output_tokens=told["output_tokens"],
        cached_tokens=cached,
    )


def _by_model(told: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=told["inputTokens"] + told["cacheReadInputTokens"] + told["cacheCreationInputTokens"],
        output_tokens=told["outputTokens"],
        cached_tokens=told["cacheReadInputTokens"],
    )


def _keeps(home: Path, session: str) -> bool:
    return found(home, f".claude/projects/*/{session}.jsonl")


CLAUDE_CODE = Preset(
    name=Agent.CLAUDE_CODE,
    title="Claude Code",
    program="claude",
    install="npm install -g @anthropic-ai/claude-code",
    keys=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
    addresses=("ANTHROPIC_BASE_URL",),
    logins=(".claude/.credentials.json",),
    command=_command,
    hear=_hear,
    keeps=_keeps,
    names_sessions=True,
)
