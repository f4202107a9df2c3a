"""A bug of a published project, mended by a real coding agent, from the request to a release that can be proven.

The project is ``parse``: until 1.20.0 its ``%f`` took six digits and no fewer. The agent is Claude Code, in the
sandbox; what its model would say is scripted: first the tests of 1.20.1 alone, then, sent back, its code.
"""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from baton.domain.moves import MoveKind
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import EntryKind, Phase, Status
from baton.runners.agents.preset import Agent
from baton.runtime.settings import Settings
from baton.store.compare import differences
from baton.workshop.sandbox import probe
from gateway.builds import Builds
from gateway.embedded.stack import Stack
from tests.integration.agents.programs import missing, search_path
from tests.integration.agents.sources import fetched
from tests.modelserver import Call, ModelServer, Say
from tests.modelserver.agents import asides

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(bool(missing(Agent.CLAUDE_CODE)), reason=missing(Agent.CLAUDE_CODE)),
    pytest.mark.skipif(not probe().available, reason=f"no bubblewrap: {probe().reason}"),
]

ROOT = Path(__file__).parents[3]
KEY = "sk-ant-not-a-real-key-7c1f"
REQUEST = """# Fractions of a second with fewer than six digits

`parse("{:%S.%f}", "27.123")` gives nothing: `%f` takes exactly six digits, where `datetime.strptime` takes one to six.

## Acceptance criteria

1. A pattern with `%f` parses fractions of one to six digits, as `strptime` does.
2. A compiled parser tells its format, and nobody can change it.
"""
PROFILE = """
[roles.q_assistant]
runner = "toolchain"

[roles.code_writer]
runner = "agent"
agent = "claude-code"
model = "claude-sonnet-4-5"
env = ["ANTHROPIC_API_KEY"]
set_env = {{ ANTHROPIC_BASE_URL = "{url}" }}
sandbox = "require"

[roles.test_auditor]
runner = "toolchain"

[roles.verification_overseer]
runner = "toolchain"

[roles.release_manager]
runner = "toolchain"

[gates]
minimum_coverage = 90
"""


def _repository(source: Path) -> Path:
    """The sources as a git repository, as their authors have them."""
    who = ["-c", "user.name=Author", "-c", "user.email=author@localhost"]
    for command in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "--message", "Release"]):
        subprocess.run(["git", *command], cwd=source, check=True, timeout=30)
    return source


def _writes(path: str, text: str) -> Call:
    """The agent's own way of replacing a file that it has not read: its shell."""
    assert "END_OF_FILE" not in text
    return Call("Bash", {"command": f"cat >{path} <<'END_OF_FILE'\n{text}END_OF_FILE", "description": f"Write {path}"})


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    settings = Settings.from_environment({}, home=tmp_path / "home", profiles=profiles)
    environ = {"PATH": search_path(), "LANG": "C.UTF-8", "HOME": str(tmp_path), "ANTHROPIC_API_KEY": KEY}
    async with Stack(settings, environ) as stack:
        yield stack


async def test_a_past_bug_of_a_real_project_is_mended_and_released(stack: Stack, tmp_path: Path) -> None:
    mended = fetched("parse", "1.20.1", tmp_path / "mended")
    repository = _repository(fetched("parse", "1.20.0", tmp_path / "broken"))
    tests = _writes("tests/test_parse.py", (mended / "tests" / "test_parse.py").read_text(encoding="utf-8"))
    code = _writes("parse.py", (mended / "parse.py").read_text(encoding="utf-8"))
    with ModelServer(tests, Say("The tests say what is wanted."), code, Say("%f takes one to six digits."),
                     aside=asides) as server:  # fmt: skip
        assert stack.settings.profiles is not None
        (stack.settings.profiles / "real.toml").write_text(PROFILE.format(url=server.url), encoding="utf-8")
        builds = Builds(stack.client, answer_seconds=60)
        request = BuildRequest(
            build_id="parse-fractions",
            project_id="parse",
            user_id="ada",
            title="Fractions of a second with fewer than six digits",
            requirements=REQUEST,
            profile="real",
            repo=str(repository),
        )
        await builds.start(request)
        ended = await builds.result(request.build_id)
        entries, view = await builds.journal(request.build_id), await builds.status(request.build_id)
        server.assert_done()
        told = [found.conversation.said for found in server.asked]
    assert ended is Status.COMPLETE, view.parked
    assert differences(stack.engine, entries) == []
    back = [entry for entry in entries if entry.data.get("move") == MoveKind.REWORK]
    assert [(entry.kind, entry.data["from_state"]) for entry in back] == [(EntryKind.STATE_ADVANCED, "testing")]
    # What failed is what the bug breaks, and the agent was told it.
    failed = {finding.get("evidence", "").rpartition("::")[2] for finding in back[0].data["report"]["findings"]}
    assert {"test_datetime_with_various_subsecond_precision", "test_parser_format"} <= failed
    assert "test_datetime_with_various_subsecond_precision" in told[2]
    testing, checked = view.phases[Phase.TESTING].report or {}, view.phases[Phase.VERIFICATION].report or {}
    assert (testing["tests_failed"], testing["tests_run"] > 90, testing["test_coverage"] > 90) == (0, True, True)
    # The project has hundreds of lines that ruff would write otherwise; the build answers for what it changed.
    assert checked["approved_for_deployment"] is True
    assert any(finding["message"].endswith("it was there before the build began") for finding in checked["findings"])
    writer = (view.phases[Phase.IMPLEMENTATION].report or {})["player"]
    assert (writer["runner"], writer["program"], writer["model"]) == ("agent", "claude-code", "claude-sonnet-4-5")
    assert view.ledger.requests == 4
    assert KEY not in json.dumps([entry.model_dump(mode="json") for entry in entries])
    archive = Path((view.phases[Phase.DEPLOYMENT].report or {})["output"]["archive"])
    _is_proven(stack, archive)


def _is_proven(stack: Stack, archive: Path) -> None:
    """The command says that every link of the release holds."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "starter.py"), "verify-release", str(archive), "--json"],
        env={"PATH": os.environ["PATH"], "BATON_HOME": str(stack.settings.home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    proof = json.loads(ended.stdout)
    assert {link["outcome"] for link in proof["links"]} == {"holds"}
