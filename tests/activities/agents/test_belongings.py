"""What an agent has of its own: a folder that outlives the phase, a login for its time, a few variables."""

import json
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.vocabulary import Phase
from tests.activities.agents.conftest import Agent
from tests.activities.conftest import Bench
from tests.orders import an_order

ORDER = an_order(Phase.IMPLEMENTATION)


async def test_the_agents_own_folder_outlives_the_phase_and_its_login_does_not(bench: Bench, agent: Agent) -> None:
    home = bench.folder / "home"
    (home / ".claude").mkdir(parents=True)
    (home / ".claude" / ".credentials.json").write_text("a-login")
    bench.environment = {**bench.environment, "HOME": str(home)}
    agent(
        """
        login = HOME / ".claude" / ".credentials.json"
        assert login.read_text() == "a-login"
        login.write_text("renewed")
        (HOME / "mine").write_text("kept")
        end("done")
        """,
        options='config = [".claude/.credentials.json"]',
    )
    await bench.perform(ORDER)
    own = (await bench.workspace()).private / "agents" / "claude-code" / "code_writer"
    assert (own / "mine").read_text() == "kept"
    assert not (own / ".claude" / ".credentials.json").exists()
    assert (home / ".claude" / ".credentials.json").read_text() == "a-login"


async def test_a_link_in_the_way_of_the_login_is_not_followed(bench: Bench, agent: Agent) -> None:
    home = bench.folder / "home"
    (home / ".claude").mkdir(parents=True)
    (home / ".claude" / "login").write_text("a-login")
    bench.environment = {**bench.environment, "HOME": str(home)}
    elsewhere = bench.folder / "elsewhere"
    elsewhere.mkdir()
    own = (await bench.workspace()).private / "agents" / "claude-code" / "code_writer"
    own.mkdir(parents=True)
    (own / ".claude").symlink_to(elsewhere)
    agent("end((HOME / '.claude' / 'login').read_text())", options='config = [".claude"]')
    assert (await bench.perform(ORDER)).summary == "a-login"
    assert list(elsewhere.iterdir()) == []


async def test_what_would_steer_an_agent_is_not_there_while_it_works(bench: Bench, agent: Agent) -> None:
    steering = {".env": "A=1", ".gemini/settings.json": "{}", ".gemini/run.sh": "#!/bin/sh"}
    commit = await bench.committed({**steering, "adder.py": "x = 1"})
    tree = (await bench.workspace()).tree
    file = agent("")
    says = '"type": "message", "role": "assistant", "content": str(sorted(os.listdir()))'
    file.write_text(
        file.read_text().partition("HOME =")[0]
        + f"pathlib.Path('.env').write_text('A=2')\nprint(json.dumps({{{says}}}))\n"
    )
    profile = bench.folder / "profiles" / "local.toml"
    profile.write_text(profile.read_text().replace('agent = "claude-code"', 'agent = "gemini"'))
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, commit=commit))
    assert report.summary == "['.env', '.git', 'adder.py']"
    names = [file.path for file in await (await bench.workspace()).files(report.commit or "")]
    assert names == sorted([*steering, "adder.py"])
    assert ((tree / ".env").read_text(), (tree / ".gemini" / "settings.json").read_text()) == ("A=2", "{}")


@pytest.mark.parametrize(("config", "told"), [(".none", "'.none' of the worker's HOME"), (".big", "more than 64 MiB")])
async def test_config_that_cannot_be_given_is_told(bench: Bench, agent: Agent, config: str, told: str) -> None:
    home = bench.folder / "home"
    home.mkdir()
    with (home / ".big").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    bench.environment = {**bench.environment, "HOME": str(home)}
    agent("end('done')", options=f'config = ["{config}"]')
    with pytest.raises(ApplicationError) as error:
        await bench.perform(ORDER)
    assert (error.value.type, error.value.non_retryable) == ("runner_misconfigured", True)
    assert told in error.value.message


async def test_only_what_the_profile_names_is_in_the_environment(bench: Bench, agent: Agent) -> None:
    bench.environment = {**bench.environment, "ANTHROPIC_API_KEY": "sk-secret-1", "OTHER": "o-123456"}
    agent(
        """
        pathlib.Path("env").write_text(json.dumps(dict(os.environ)))
        end("The key is " + os.environ["ANTHROPIC_API_KEY"] + " at " + os.environ["ANTHROPIC_BASE_URL"])
        """,
        options='env = ["ANTHROPIC_API_KEY"]\nset_env = { ANTHROPIC_BASE_URL = "http://gateway.example" }',
    )
    report = await bench.perform(ORDER)
    assert report.summary == "The key is *** at http://gateway.example"
    seen = json.loads(await (await bench.workspace()).read(report.commit or "", "env"))
    assert (seen["ANTHROPIC_API_KEY"], seen["ANTHROPIC_BASE_URL"]) == ("sk-secret-1", "http://gateway.example")
    assert seen["DISABLE_TELEMETRY"] == "1"
    assert "OTHER" not in seen
    assert Path(seen["HOME"]).parts[-3:] == ("agents", "claude-code", "code_writer")
