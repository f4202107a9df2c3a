"""Only what the profile names reaches a provider, and a profile that does not fit its worker is told what to do."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.activities.llm.conftest import CLAUDE, DONE, GPT, KEY, Stage, an_implementation
from tests.modelserver import Call

ROOT = Path(__file__).parents[3]
STRAY = "stray-value-of-the-worker"
STRAYS = {
    "ANTHROPIC_API_KEY": STRAY,
    "ANTHROPIC_AUTH_TOKEN": STRAY,
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_CUSTOM_HEADERS": f"x-stray: {STRAY}",
    "GOOGLE_API_KEY": STRAY,
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "OPENAI_API_KEY": STRAY,
    "OPENAI_BASE_URL": "http://127.0.0.1:9",
    "OPENAI_ORG_ID": STRAY,
    "OPENAI_PROJECT_ID": STRAY,
}


@pytest.mark.parametrize("model", [CLAUDE, GPT, "google:gemini-3.8-flash"])
async def test_variables_that_the_profile_does_not_name_reach_no_provider(
    stage: Stage, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in STRAYS.items():
        monkeypatch.setenv(name, value)
    stage.bench.environment = {**stage.bench.environment, **STRAYS}
    stage.plays("code_writer", DONE, model=model, key=KEY)
    await stage.perform(an_implementation())
    assert stage.server is not None
    (request,) = stage.server.asked
    assert STRAY not in request.everything
    assert os.environ["OPENAI_ORG_ID"] == STRAY


@pytest.mark.parametrize(
    ("model", "wanted"),
    [("anthropic:claude-sonnet-5-5", "ANTHROPIC_API_KEY"), ("openai:gpt-6.1-terra", "OPENAI_API_KEY")],
)
async def test_a_key_that_is_missing_is_told_by_the_name_of_its_variable(
    stage: Stage, model: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(wanted, STRAY)  # it is there, but the profile does not name it
    stage.bench.profile(code_writer=f'runner = "llm"\nmodel = "{model}"\nenv = ["NOT_SET"]')
    failure = await stage.fails(an_implementation())
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert f"looks for {wanted}" in failure.message
    assert "'env' names 'NOT_SET'" in failure.message


async def test_each_provider_takes_the_key_that_is_known_as_its_own(stage: Stage) -> None:
    keys = {"OPENAI_API_KEY": "sk-openai-0123456789", "ANTHROPIC_API_KEY": "sk-anthropic-0123456789"}
    stage.bench.environment = {**stage.bench.environment, **keys}
    stage.plays("code_writer", DONE, model=GPT, options="", key=keys["OPENAI_API_KEY"])
    profile = stage.bench.folder / "profiles" / "local.toml"
    profile.write_text(profile.read_text().replace('"MODEL_KEY"', '"ANTHROPIC_API_KEY", "OPENAI_API_KEY"'))
    await stage.perform(an_implementation())
    assert stage.server is not None
    assert keys["ANTHROPIC_API_KEY"] not in stage.server.asked[0].everything


async def test_the_model_can_come_from_the_workers_environment(stage: Stage) -> None:
    stage.plays("code_writer", DONE, model=GPT)
    profile = stage.bench.folder / "profiles" / "local.toml"
    profile.write_text(profile.read_text().replace(f'model = "{GPT}"', 'model_from = "WRITER_MODEL"'))
    failure = await stage.fails(an_implementation())
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert "'WRITER_MODEL', and it is not set where the worker runs" in failure.message
    stage.bench.environment = {**stage.bench.environment, "WRITER_MODEL": "test"}
    assert "names the model 'test', and that is no name such as" in (await stage.fails(an_implementation())).message
    stage.bench.environment = {**stage.bench.environment, "WRITER_MODEL": GPT}
    player = (await stage.perform(an_implementation())).player
    assert player is not None
    assert player.model == GPT


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("nobody:their-model", "Unknown provider: nobody"),
        ("groq:llama", "pip install 'pydantic-ai-slim[groq]'"),
    ],
)
async def test_a_provider_that_cannot_be_had_is_told(stage: Stage, model: str, told: str) -> None:
    stage.bench.profile(code_writer=f'runner = "llm"\nmodel = "{model}"\nenv = ["MODEL_KEY"]')
    failure = await stage.fails(an_implementation())
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert told in failure.message


async def test_an_instructions_file_that_the_worker_lacks_is_told(stage: Stage) -> None:
    stage.plays("code_writer", DONE, options='instructions_file = "/no/such/file.md"\n')
    failure = await stage.fails(an_implementation())
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert "'/no/such/file.md' of the profile cannot be read" in failure.message


async def test_code_that_a_model_wrote_does_not_see_the_key(stage: Stage) -> None:
    spy = "import os\n\n\ndef test_spy():\n    assert os.environ == {}\n"
    stage.plays("code_writer", Call("write_file", {"path": "test_a.py", "text": spy}), Call("run_tests"), DONE)
    await stage.perform(an_implementation())
    (told,) = stage.results(3)
    assert "1 failed" in told
    assert "PATH" in told
    assert "MODEL_KEY" not in told


def _python(*arguments: str, path: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={"PYTHONPATH": os.pathsep.join(path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_extra_the_runner_says_what_to_install(tmp_path: Path) -> None:
    for package in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not package.name.startswith(("pydantic_ai", "genai_prices", "regex")) and package.suffix != ".pth":
            (tmp_path / package.name).symlink_to(package)
    script = """
from datetime import timedelta
from pathlib import Path
from baton.domain.vocabulary import Role
from baton.runners.base import RunnerContext, Surroundings
from baton.runners.llm.runner import LlmRunner
from baton.workshop.limits import Limits, SandboxPolicy
options = LlmRunner.options(Role.CODE_WRITER)(model="anthropic:a")
there = Surroundings(Path("releases"), Path("keys"))
LlmRunner.from_options(options, RunnerContext(Role.CODE_WRITER, timedelta(1), SandboxPolicy.OFF, Limits(), there))
"""
    ended = _python("-S", "-c", script, path=[str(tmp_path), str(ROOT)])
    last = ended.stderr.splitlines()[-1]
    assert "RunnerMisconfigured" in last
    assert "has no pydantic-ai-slim, genai-prices, regex. Install it: pip install 'baton-orchestrator[llm]'" in last


def test_a_worker_does_not_load_what_it_may_not_need() -> None:
    script = "import sys, gateway.worker.assembly, baton.runners.llm.runner; print('pydantic_ai' in sys.modules)"
    ended = _python("-c", script, path=[str(ROOT)])
    assert (ended.stdout, ended.stderr) == ("False\n", "")
