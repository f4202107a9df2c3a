"""``starter.py demo`` with another code writer than the stand-in, and ``starter.py agents``."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.integration.doors.programs import ROOT, left_behind, program

_AGENT = """\
#!/usr/bin/env python3
import json, os, pathlib, sys

if "--version" in sys.argv:
    print("9.8.7 (Claude Code)")
    sys.exit()
assert "## Rules" in sys.stdin.read()
assert os.environ["ANTHROPIC_API_KEY"] == "sk-demo-key"
for name, text in json.loads({files!r}).items():
    file = pathlib.Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
used = {{"inputTokens": 1000, "outputTokens": 200, "cacheReadInputTokens": 0, "cacheCreationInputTokens": 0}}
print(json.dumps({{"type": "result", "is_error": False, "result": "Wrote wordcount.", "session_id": "s",
    "modelUsage": {{"claude-x": used}}, "total_cost_usd": 0.02}}))
"""


@pytest.fixture
def with_agent(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment with a program ``claude`` that writes the example's good attempt."""
    attempt = ROOT / "examples" / "wordcount" / "attempts" / "2"
    files = {
        file.relative_to(attempt).as_posix(): file.read_text()
        for file in sorted(attempt.rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
    claude = tmp_path / "bin" / "claude"
    claude.parent.mkdir()
    claude.write_text(_AGENT.format(files=json.dumps(files)))
    claude.chmod(0o755)
    kept = {name: value for name, value in environ.items() if "API_KEY" not in name}
    return kept | {"PATH": f"{claude.parent}:{environ['PATH']}", "ANTHROPIC_API_KEY": "sk-demo-key"}


async def test_the_demo_with_an_agent_carries_its_work_to_a_release(
    with_agent: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("starter.py", "demo", "--agent", "claude-code", "--home", home, env=with_agent, cwd=tmp_path) as demo:
        code = await demo.end(seconds=120)
        assert code == 0, demo.said
        said = " ".join(demo.said.split())
    assert "The code writer is Claude Code: it asks a real model" in said
    assert "implementation: done, Wrote wordcount." in said
    assert "stand-in" not in said
    assert "sk-demo-key" not in (home / "profiles" / "demo.toml").read_text()
    assert left_behind(home) == []


def test_a_demo_without_a_key_says_so_before_it_begins(
    cli: CommandLine, with_agent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", with_agent["PATH"])
    for name in [name for name in os.environ if "API_KEY" in name]:
        monkeypatch.delenv(name)
    said = cli.now("demo", "--agent", "claude-code", "--json")

    assert (said.code, said.json["error"]["code"]) == (1, "key_missing")
    assert "none of its variables is set: ANTHROPIC_API_KEY" in said.json["error"]["message"]


async def test_the_agents_that_are_here_are_listed_with_what_they_need(
    cli: CommandLine, with_agent: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    roles = ("q_assistant", "test_auditor", "verification_overseer", "release_manager")
    tables = "".join(f'[roles.{role}]\nrunner = "toolchain"\n' for role in roles)
    (profiles / "mine.toml").write_text(f'{tables}[roles.code_writer]\nrunner = "agent"\nagent = "claude-code"\n')
    (profiles / "wrong.toml").write_text("[")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    env = with_agent | {"BATON_PROFILES": str(profiles), "PATH": str(tmp_path / "bin")}
    with program("starter.py", "agents", "--json", env=env, cwd=tmp_path) as listed:
        assert await listed.end() == 0
        said = listed.said
        found = {agent["name"]: agent for agent in json.loads(listed.out.read_text())["agents"]}
    assert list(found) == ["claude-code", "codex", "gemini", "aider", "opencode"]
    here, missing = found["claude-code"], found["codex"]
    assert (here["version"], here["problem"], here["used_by"]) == ("9.8.7", "", ["mine: code_writer"])
    assert here["program"] == str(tmp_path / "bin" / "claude")
    assert here["keys"][:2] == [
        {"name": "ANTHROPIC_API_KEY", "is_set": True},
        {"name": "ANTHROPIC_AUTH_TOKEN", "is_set": False},
    ]
    assert here["profile"][1:] == ['agent = "claude-code"', 'env = ["ANTHROPIC_API_KEY"]']
    assert (missing["program"], missing["install"]) == (None, "npm install -g @openai/codex")
    assert "sk-demo-key" not in said
    with monkeypatch.context() as patch:
        for name in ("BATON_PROFILES", "PATH", "PYTHONPATH", "ANTHROPIC_API_KEY"):
            patch.setenv(name, env[name])
        patch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
        shown = (await cli("agents")).told
    assert "claude-code Claude Code 9.8.7" in shown
    assert "ANTHROPIC_API_KEY (set), ANTHROPIC_AUTH_TOKEN" in shown
    assert "Codex: not installed, or not on PATH → npm install -g @openai/codex" in shown
    assert "plays in mine: code_writer" in shown
