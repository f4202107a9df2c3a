"""How each agent's program is called, and what it keeps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baton.runners.agents.known import PRESETS
from baton.runners.agents.preset import Agent, Call, Preset

CALL = Call(Path("/own"), Path("/scratch"), Path("/scratch/task.md"), writes=True, confined=True)
SESSION = "11111111-2222-4333-8444-555555555555"


def arguments(agent: Agent, **fields: Any) -> str:
    return " ".join(PRESETS[agent].command(replace(CALL, **fields)).arguments)


def test_every_agent_has_a_preset() -> None:
    assert list(PRESETS) == list(Agent)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name.value)
def test_a_model_is_handed_on_in_one_word_of_its_own(preset: Preset) -> None:
    words = preset.command(replace(CALL, model="some-model")).arguments
    assert words[words.index("--model") + 1] == "some-model"
    assert "--model" not in preset.command(CALL).arguments


@pytest.mark.parametrize(
    ("agent", "held", "alone"),
    [
        (Agent.CLAUDE_CODE, "--permission-mode bypassPermissions", "--permission-mode acceptEdits"),
        (Agent.CODEX, "--dangerously-bypass-approvals-and-sandbox", 'sandbox_mode="workspace-write"'),
        (Agent.GEMINI, "--approval-mode yolo", "--approval-mode auto_edit"),
        (Agent.OPENCODE, "--auto", "run --format json --title"),
    ],
)
def test_an_agent_may_do_anything_only_where_the_sandbox_holds_it(agent: Agent, held: str, alone: str) -> None:
    assert held in arguments(agent)
    without = arguments(agent, confined=False)
    assert alone in without
    assert held not in without


@pytest.mark.parametrize(
    ("agent", "begun", "resumed"),
    [
        (Agent.CLAUDE_CODE, f"--session-id {SESSION}", f"--resume {SESSION}"),
        (Agent.CODEX, "exec --json", "exec resume --json"),
        (Agent.GEMINI, f"--session-id {SESSION}", f"--resume {SESSION}"),
        (Agent.AIDER, f"--chat-history-file /own/chat-{SESSION}.md", "--restore-chat-history"),
        (Agent.OPENCODE, "--title Baton", f"--session {SESSION}"),
    ],
)
def test_a_conversation_is_begun_and_gone_on_with(agent: Agent, begun: str, resumed: str) -> None:
    first, later = arguments(agent, session=SESSION), arguments(agent, resume=SESSION)
    assert begun in first
    assert resumed not in first
    assert resumed in later
    assert SESSION in later


def test_claude_is_told_what_it_may_spend() -> None:
    assert "--max-budget-usd 1.250000" in arguments(Agent.CLAUDE_CODE, money=1.25)


def test_settings_in_the_tree_do_not_steer_an_agent() -> None:
    assert "--setting-sources user --strict-mcp-config" in arguments(Agent.CLAUDE_CODE)
    assert "--config /own/.aider.conf.yml" in arguments(Agent.AIDER)
    assert {".env", ".aider.conf.yml"} < set(PRESETS[Agent.AIDER].unheeded)
    assert PRESETS[Agent.GEMINI].unheeded == (".gemini", ".env")
    assert PRESETS[Agent.OPENCODE].command(CALL).env["OPENCODE_DISABLE_PROJECT_CONFIG"] == "1"


def test_aider_is_asked_where_it_writes_nothing() -> None:
    assert "--chat-mode ask" in arguments(Agent.AIDER, writes=False)
    assert "--chat-mode" not in arguments(Agent.AIDER)


def test_gemini_takes_the_key_that_it_is_given() -> None:
    (settings,) = PRESETS[Agent.GEMINI].command(replace(CALL, given=frozenset({"GEMINI_API_KEY"}))).files.values()
    assert json.loads(settings)["security"]["auth"]["selectedType"] == "gemini-api-key"
    (settings,) = PRESETS[Agent.GEMINI].command(CALL).files.values()
    assert "security" not in json.loads(settings)


@pytest.mark.parametrize(
    ("agent", "file"),
    [
        (Agent.CLAUDE_CODE, f".claude/projects/-tmp-tree/{SESSION}.jsonl"),
        (Agent.CODEX, f".codex/sessions/2026/11/23/rollout-2026-11-23T04-12-{SESSION}.jsonl"),
        (Agent.GEMINI, f".gemini/tmp/tree/chats/session-2026-11-23T04-14-{SESSION[:8]}.jsonl"),
        (Agent.AIDER, f"chat-{SESSION}.md"),
        (Agent.OPENCODE, ".local/share/opencode/opencode.db"),
    ],
)
def test_a_conversation_is_found_in_the_agents_own_folder(agent: Agent, file: str, tmp_path: Path) -> None:
    assert not PRESETS[agent].keeps(tmp_path, SESSION)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("{}")
    assert PRESETS[agent].keeps(tmp_path, SESSION)


def test_gemini_does_not_go_on_with_a_conversation_in_which_tools_were_used(tmp_path: Path) -> None:
    chat = tmp_path / ".gemini" / "tmp" / "tree" / "chats" / f"session-1-{SESSION[:8]}.jsonl"
    chat.parent.mkdir(parents=True)
    chat.write_text('{"content": [{"functionResponse": {"id": "a"}}]}')
    assert not PRESETS[Agent.GEMINI].keeps(tmp_path, SESSION)
