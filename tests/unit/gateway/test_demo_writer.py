"""Who writes the demo's code, by its options, and what is missing for it."""

import tomllib
from pathlib import Path

import pytest

from gateway.cli.demo.writer import STAND_IN, Writer, lay_out_profile, writer_for
from gateway.cli.exit_codes import CommandFailed, ExitCode
from tests.pages import ROOT


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH with a program ``claude``."""
    claude = tmp_path / "bin" / "claude"
    claude.parent.mkdir()
    claude.write_text("#!/bin/sh\n")
    claude.chmod(0o755)
    return str(claude.parent)


def test_without_options_it_is_the_stand_in() -> None:
    assert writer_for(None, None, {}) is STAND_IN
    assert STAND_IN.stands_in


@pytest.mark.parametrize(
    ("agent", "model", "told"),
    [
        ("cursor", None, "There is no agent 'cursor'; there are claude-code, codex, gemini, aider, opencode"),
        ("codex", "openai:x", "Give --agent or --model, not both"),
        (None, "claude", "a name is PROVIDER:NAME"),
        (None, 'openai:x"\nrunner = "command', "a name is PROVIDER:NAME"),
    ],
)
def test_options_that_make_no_sense_are_told(agent: str | None, model: str | None, told: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        writer_for(agent, model, {})
    assert failed.value.exit_code is ExitCode.USAGE
    assert told in failed.value.message


@pytest.mark.parametrize(
    ("agent", "model", "code", "told"),
    [
        ("claude-code", None, "key_missing", "ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, CLAUDE_CODE_OAUTH_TOKEN"),
        ("codex", None, "agent_missing", "there is no 'codex' on PATH. Install it: npm install -g @openai/codex"),
        (
            None,
            "anthropic:x",
            "key_missing",
            "'anthropic' needs a key, and none of its variables is set: ANTHROPIC_API_KEY",
        ),
        (None, "openai-chat:x", "key_missing", "OPENAI_API_KEY"),
        (None, "google-gla:x", "key_missing", "GEMINI_API_KEY, GOOGLE_API_KEY"),
    ],
)
def test_what_is_missing_is_told(programs: str, agent: str | None, model: str | None, code: str, told: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        writer_for(agent, model, {"PATH": programs, "OTHER_API_KEY": "k", "OPENAI_API_KEY": ""})
    assert (failed.value.code, failed.value.exit_code) == (code, ExitCode.FAILED)
    assert told in failed.value.message


def test_the_profile_differs_in_its_code_writer_alone(tmp_path: Path) -> None:
    writer = Writer("Somebody writes the code.", 'runner = "agent"\nagent = "codex"\nenv = ["KEY"]\n')
    lay_out_profile(writer, tmp_path)
    made = tomllib.loads((tmp_path / "demo.toml").read_text())
    shipped = tomllib.loads((ROOT / "baton" / "runners" / "profiles" / "demo.toml").read_text())
    assert made["roles"].pop("code_writer") == {"runner": "agent", "agent": "codex", "env": ["KEY"]}
    assert shipped["roles"].pop("code_writer")["runner"] == "command"
    assert made["profile"].pop("description") == "Somebody writes the code."
    del shipped["profile"]["description"]
    assert made == shipped


def test_a_real_writer_gets_its_keys_its_gateway_and_the_way_to_the_network(programs: str) -> None:
    environ = {"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "o", "ANTHROPIC_BASE_URL": "u", "HTTPS_PROXY": "p"}
    agent = tomllib.loads(writer_for("claude-code", None, environ | {"PATH": programs}).section)
    model = tomllib.loads(writer_for(None, "anthropic:some-model", environ).section)
    assert agent["env"] == model["env"] == ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "HTTPS_PROXY"]
    assert (agent["runner"], agent["agent"]) == ("agent", "claude-code")
    assert (model["runner"], model["model"]) == ("llm", "anthropic:some-model")
