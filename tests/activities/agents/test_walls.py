"""What an agent can do wrong: to the tree, to git, to the machine, to its own end."""

from pathlib import Path

import psutil
import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.attempts import Budget
from baton.domain.vocabulary import Phase
from baton.workshop.sandbox import probe
from tests.activities.agents.conftest import Agent
from tests.activities.conftest import Bench
from tests.orders import an_order

sandboxed = pytest.mark.skipif(not probe().available, reason=f"no bubblewrap: {probe().reason}")
OPEN = 'sandbox = "off"'


async def _failure(bench: Bench, commit: str | None = None) -> ApplicationError:
    with pytest.raises(ApplicationError) as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION, commit=commit))
    return error.value


async def _files(bench: Bench, commit: str | None) -> list[str]:
    return [file.path for file in await (await bench.workspace()).files(commit or "")]


async def test_the_agent_finds_a_git_repository_at_the_commit_of_the_build(bench: Bench, agent: Agent) -> None:
    commit = await bench.committed({"adder.py": "x = 1"})
    agent(
        """
        import subprocess
        said = subprocess.run("git rev-parse HEAD; git status --short; git log --oneline | wc -l",
            shell=True, capture_output=True, text=True)
        end(said.stdout + said.stderr)
        """
    )
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, commit=commit))
    assert report.summary.split() == [commit, "2"]


@pytest.mark.parametrize(
    ("script", "left"),
    [
        ("git add --all && git commit -qm mine && git checkout -qb other", ["adder.py", "more.py", "new.py"]),
        ("git reset -q --hard HEAD~1", ["new.py"]),
        ("git checkout -q -- . && git clean -fdq", ["adder.py", "more.py"]),
        ("git stash -qu", ["adder.py", "more.py"]),
        ("git init -q inner && mv *.py inner/", ["inner/adder.py", "inner/more.py", "inner/new.py"]),
        ("rm -rf .git && ln -s / .git", ["adder.py", "more.py", "new.py"]),
        ("echo '[core] fsmonitor=touch hooked' > .git/config", ["adder.py", "more.py", "new.py"]),
        ("rm -rf .git *", []),
        ("git branch -D main; git update-ref -d HEAD; rm more.py", ["adder.py", "new.py"]),
    ],
)
async def test_what_is_left_in_the_tree_counts_whatever_was_done_to_git(
    bench: Bench, agent: Agent, script: str, left: list[str]
) -> None:
    commit = await bench.committed({"adder.py": "x = 1", "more.py": "y = 1"})
    agent(f"pathlib.Path('new.py').write_text('z = 1')\nos.system({script!r})\nend('done')")
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, commit=commit))
    assert await _files(bench, report.commit) == left
    workspace = await bench.workspace()
    assert not (workspace.tree / ".git").exists()
    told = (await workspace._git("rev-list", report.commit or "")).decode().split()
    assert commit in told[:2]
    assert len(told) <= 3


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("mv ../tree ../elsewhere", "nothing is left"),
        ("mv ../tree ../elsewhere; ln -s elsewhere ../tree", "a link is left"),
        ("mv ../tree ../elsewhere; touch ../tree", "nothing is left"),
    ],
)
async def test_an_agent_that_takes_its_folder_away_is_told(bench: Bench, agent: Agent, script: str, told: str) -> None:
    commit = await bench.committed({"adder.py": "x = 1"})
    agent(f"os.system({script!r})\nend('done')", options=OPEN)
    failure = await _failure(bench, commit)
    assert (failure.type, failure.non_retryable) == ("runner_failed", False)
    assert "has taken its folder away" in failure.message
    assert told in failure.message
    tree = (await bench.workspace()).tree
    assert [file.name for file in tree.iterdir()] == ["adder.py"]
    assert not tree.is_symlink()


@sandboxed
async def test_in_the_sandbox_the_folder_cannot_be_taken_away(bench: Bench, agent: Agent) -> None:
    agent("code = os.system('mv ../tree ../elsewhere 2>/dev/null'); end('failed' if code else 'moved')")
    assert (await bench.perform(an_order(Phase.IMPLEMENTATION))).summary == "failed"


@sandboxed
async def test_in_the_sandbox_nothing_outside_can_be_written_or_read(bench: Bench, agent: Agent) -> None:
    secret = bench.folder / "secret"
    secret.write_text("s")
    workspace = await bench.workspace()
    (workspace.private / "kept").write_text("k")
    places = [secret, workspace.private / "kept", workspace.tree.parent / "repo.git" / "HEAD", Path.home() / ".bashrc"]
    agent(
        f"""
        found = [place for place in {[str(place) for place in places]} if os.path.exists(place)]
        objects = pathlib.Path(".git/objects/info/alternates").read_text().strip()
        written = []
        for place in ("/usr/x", "/etc/x", "/x", objects + "/x", sys.argv[0]):
            try:
                pathlib.Path(place).write_text("x")
            except OSError:
                continue
            written.append(place)
        os.system({f"echo x >{bench.folder / 'x'}"!r})
        end(json.dumps([found, written]))
        """
    )
    assert (await bench.perform(an_order(Phase.IMPLEMENTATION))).summary == "[[], []]"
    assert not (bench.folder / "x").exists()


@pytest.mark.parametrize("options", ["", OPEN])
async def test_an_agent_holds_itself_where_no_sandbox_does(bench: Bench, agent: Agent, options: str) -> None:
    agent("end(sys.argv[sys.argv.index('--permission-mode') + 1])", options=options)
    mode = (await bench.perform(an_order(Phase.IMPLEMENTATION))).summary
    assert mode == ("bypassPermissions" if probe().available and not options else "acceptEdits")


async def test_processes_that_an_agent_leaves_behind_are_ended(bench: Bench, agent: Agent) -> None:
    mark = f"left-{bench.folder.name}"
    agent(
        f"""
        import subprocess
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {mark!r}], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end("done")
        """
    )
    await bench.perform(an_order(Phase.IMPLEMENTATION))
    assert [
        process.pid for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])
    ] == []


async def test_an_agent_that_is_stuck_is_stopped(bench: Bench, agent: Agent) -> None:
    agent("answer('I think', 1); time.sleep(60)", options='timeout = "2s"')
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_timed_out", False)
    assert "'claude-code' was stopped after " in failure.message


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(requests=2), "its requests: 2 of 2 requests"),
        (Budget(tokens=22), "its tokens: 22 of 22 tokens"),
        (Budget(money=0.0), "its money: 0.0000 of 0.0000 US dollars"),
    ],
)
async def test_an_agent_is_stopped_when_its_phase_has_spent_what_it_may(
    bench: Bench, agent: Agent, budget: Budget, told: str
) -> None:
    agent("answer('a', 1); answer('b', 2); time.sleep(60)")
    with pytest.raises(ApplicationError) as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION, budget=budget))
    assert (error.value.type, error.value.non_retryable) == ("budget_spent", True)
    assert told in error.value.message


async def test_what_an_agent_has_done_when_it_tells_of_its_spending_stands(bench: Bench, agent: Agent) -> None:
    agent("end('done')")
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, budget=Budget(tokens=20)))
    assert (report.summary, report.usage and report.usage.input_tokens) == ("done", 100)


async def test_an_agent_that_stops_itself_at_its_budget_is_told_so(bench: Bench, agent: Agent) -> None:
    agent("tell(type='result', subtype='error_max_budget_usd', is_error=True, errors=['Reached']); sys.exit(1)")
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("budget_spent", True)


async def test_memory_and_processes_are_enough_for_agents_unless_the_role_says_less(bench: Bench, agent: Agent) -> None:
    source = """
        import resource
        end(str([resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC)]))
        """
    agent(source, rest="[sandbox]\nmemory_mib = 512\nprocesses = 64")
    roomy = (await bench.perform(an_order(Phase.IMPLEMENTATION))).summary
    agent(source, options="memory_mib = 1024\nprocesses = 128")
    tight = (await bench.perform(an_order(Phase.IMPLEMENTATION, number=2))).summary
    assert (roomy.partition(",")[0], tight.partition(",")[0]) == (f"[{4096 << 20}", f"[{1024 << 20}")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("end('Credit is too low', is_error=True); sys.exit(1)", "could not do it: Credit is too low."),
        ("end('Overloaded', is_error=True)", "could not do it: Overloaded."),
        ("tell(type='result', subtype='error_max_turns', is_error=True)", "could not do it: error_max_turns."),
        ("print('no network', file=sys.stderr); sys.exit(3)", "Its last lines:\n  | no network"),
        ("os.kill(os.getpid(), 9)", "ended by signal 9 (SIGKILL)"),
    ],
)
async def test_an_agent_that_fails_is_told_with_its_reason_and_tried_again(
    bench: Bench, agent: Agent, source: str, told: str
) -> None:
    agent(source)
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_failed", False)
    assert told in failure.message


async def test_an_agent_that_fails_without_a_key_is_told_which_it_knows(bench: Bench, agent: Agent) -> None:
    agent("sys.exit(41)", options='env = ["ANTHROPIC_API_KEY"]')
    assert "exit code 41. It was given no key" in (await _failure(bench)).message
    agent("end('Not logged in', is_error=True)", options='env = ["ANTHROPIC_API_KEY"]')
    assert "It was given no key: the profile names none of ANTHROPIC_API_KEY" in (await _failure(bench)).message
    bench.environment = {**bench.environment, "ANTHROPIC_API_KEY": "sk-secret-1"}
    assert "no key" not in (await _failure(bench)).message


async def test_an_agent_that_is_not_installed_is_told_with_the_way_to_install_it(bench: Bench) -> None:
    bench.profile(code_writer='runner = "agent"\nagent = "codex"\nprogram = "no-such-codex"')
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert "'no-such-codex' of Codex is not installed" in failure.message
    assert "npm install -g @openai/codex" in failure.message


@pytest.mark.parametrize(
    ("role", "table", "told"),
    [
        ("code_writer", 'agent = "cursor"', "allowed: claude-code, codex, gemini, aider, opencode"),
        ("code_writer", 'agent = "codex"\nmodel = "-c"', "model"),
        ("code_writer", 'agent = "codex"\nconfig = ["/etc/passwd"]', "below the HOME of the worker"),
        ("code_writer", 'agent = "codex"\nconfig = ["a/../../b"]', "below the HOME of the worker"),
        ("release_manager", 'agent = "codex"', "a coding agent cannot play release_manager"),
    ],
)
async def test_what_a_profile_cannot_say_of_an_agent_is_told(bench: Bench, role: str, table: str, told: str) -> None:
    bench.profile(**{role: f'runner = "agent"\n{table}'})
    with pytest.raises(ApplicationError) as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION))
    assert error.value.type == "invalid_profile"
    assert told in error.value.message
