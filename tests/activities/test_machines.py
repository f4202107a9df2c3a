"""A phase that is handed over by a shared repository: the commit is there before the report, or it is told why not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.vocabulary import Phase
from baton.runtime.ports import free_port
from tests.activities.conftest import Bench
from tests.orders import an_order
from tests.shared_repository import bare, daemon, git, references

ORDER = an_order(Phase.IMPLEMENTATION)
WRITING = """
import pathlib
runs = pathlib.Path("{runs}")
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
pathlib.Path("code.py").open("a").write("# written\\n")
print("{{}}")
"""

Machine = Callable[[str, str], Bench]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return bare(tmp_path / "shared.git")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A bench with a folder of its own, told of the shared repository by a variable."""

    def made(name: str, remote: str) -> Bench:
        (tmp_path / name).mkdir()
        bench = Bench(tmp_path / name, {"PATH": "/usr/local/bin:/usr/bin:/bin", "SHARED": remote})
        bench.program(WRITING.format(runs=bench.folder / "runs"), options='sandbox = "off"')
        own = bench.folder / "profiles" / "local.toml"
        own.write_text(own.read_text() + '[workspace]\nremote_from = "SHARED"\n')
        return bench

    return made


def runs(bench: Bench) -> int:
    return len((bench.folder / "runs").read_text())


async def test_the_commit_is_at_the_remote_when_the_report_is_given(machine: Machine, shared: Path) -> None:
    first = await machine("one", str(shared)).perform(ORDER)
    assert f"refs/baton/adder-1/commits/{first.commit}" in references(shared)
    other = machine("two", str(shared))
    second = await other.perform(an_order(Phase.IMPLEMENTATION, number=2, commit=first.commit))
    assert await (await other.workspace()).read(second.commit or "", "code.py") == b"# written\n# written\n"


async def test_what_could_not_be_handed_over_is_not_done_again(machine: Machine, shared: Path) -> None:
    hook = shared / "hooks" / "pre-receive"
    one = machine("one", str(shared))
    await one.perform(ORDER)
    hook.write_text("#!/bin/sh\necho 'closed for today' >&2\nexit 1\n")
    hook.chmod(0o755)
    order = an_order(Phase.IMPLEMENTATION, number=2)
    with pytest.raises(ApplicationError, match="closed for today") as refused:
        await one.perform(order)
    assert (refused.value.type, refused.value.non_retryable) == ("remote_refused", True)
    hook.unlink()
    report = await one.perform(order)
    assert runs(one) == 2
    assert f"refs/baton/adder-1/commits/{report.commit}" in references(shared)


async def test_a_remote_that_is_away_is_asked_again_after_a_while_and_before_any_work(
    machine: Machine, shared: Path
) -> None:
    port = free_port()
    with daemon(shared, port=port) as address:
        one = machine("one", address)
        await one.perform(ORDER)
    with pytest.raises(ApplicationError, match="could not be reached") as away:
        await one.perform(an_order(Phase.IMPLEMENTATION, number=2))
    assert (away.value.type, away.value.non_retryable) == ("remote_unreachable", False)
    assert away.value.next_retry_delay is not None
    assert away.value.next_retry_delay > timedelta(seconds=5)
    assert runs(one) == 1


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "it is not set where the worker runs"),
        ("ftp://ann:hunter2@host/x", "use a path, or a file, https, ssh or git address"),
        ("shared.git", "or an absolute path"),
    ],
)
async def test_a_variable_without_an_address_is_told(machine: Machine, address: str, told: str) -> None:
    with pytest.raises(ApplicationError, match=told) as error:
        await machine("one", address).perform(ORDER)
    assert (error.value.type, error.value.non_retryable) == ("runner_misconfigured", True)
    assert "hunter2" not in str(error.value)


async def test_the_request_says_where_its_repository_begins(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    git(source, "init", "-q")
    for name in ("old", "new"):
        git(source, "commit", "-q", "--allow-empty", "-m", name)
        git(source, "branch", name)
    bench.program("print('{}')")
    own = bench.folder / "profiles" / "local.toml"
    own.write_text(own.read_text() + '[workspace]\nref = "new"\n')
    asked = an_order(Phase.IMPLEMENTATION, repo=str(source))
    begun = await bench.perform(
        asked.model_copy(update={"request": asked.request.model_copy(update={"ref": "old", "build_id": "b-1"})})
    )
    other = await bench.perform(
        asked.model_copy(update={"request": asked.request.model_copy(update={"build_id": "b-2"})})
    )
    assert (begun.commit, other.commit) == (git(source, "rev-parse", "old"), git(source, "rev-parse", "new"))
