"""Programs that speak as Claude Code does, and misbehave as they are told."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.activities.conftest import Bench

Agent = Callable[..., Path]

_PRELUDE = """\
#!/usr/bin/env python3
import json, os, pathlib, sys, time

if "--version" in sys.argv:
    print("1.2.3 (A stand-in)")
    sys.exit()

HOME = pathlib.Path(os.environ["HOME"])
TASK = sys.stdin.read()
SESSION = sys.argv[sys.argv.index("--resume" if "--resume" in sys.argv else "--session-id") + 1]


def tell(**event):
    print(json.dumps({"session_id": SESSION, **event}), flush=True)


def answer(text, number, tokens=10):
    usage = {"input_tokens": tokens, "output_tokens": 1}
    content = [{"type": "text", "text": text}]
    message = {"id": f"m-{number}", "model": "claude-x", "usage": usage, "content": content}
    tell(type="assistant", message=message)


def begin():
    tell(type="system", subtype="init", model="claude-x")
    kept = HOME / ".claude" / "projects" / "tree" / f"{SESSION}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("a") as file:
        file.write(TASK)


def end(text, **more):
    used = {"inputTokens": 90, "outputTokens": 20, "cacheReadInputTokens": 10, "cacheCreationInputTokens": 0}
    tell(**{"type": "result", "subtype": "success", "is_error": False, "result": text, "total_cost_usd": 0.5,
            "modelUsage": {"claude-x": used}, **more})


begin()
"""


@pytest.fixture
def agent(bench: Bench) -> Agent:
    """Makes a program and a profile in which it plays a role: ``agent(source, role=..., options=...)``."""

    def make(source: str, *, role: str = "code_writer", options: str = "", rest: str = "") -> Path:
        file = bench.folder / "programs" / "agent"
        file.parent.mkdir(exist_ok=True)
        file.write_text(_PRELUDE + dedent(source))
        file.chmod(0o755)
        table = f'runner = "agent"\nagent = "claude-code"\nprogram = "{file}"\n{dedent(options)}'
        bench.profile(**{role: table, "rest": rest})
        return file

    return make
