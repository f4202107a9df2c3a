"""Running a command: what comes back, and what is refused."""

import os
import shutil
from pathlib import Path

import pytest

from baton.workshop import sandbox
from baton.workshop.errors import SandboxUnavailable
from baton.workshop.sandbox import Limits, SandboxPolicy, SandboxReport, run
from tests.integration.workshop.runs import BOTH, python


@pytest.mark.parametrize("policy", BOTH)
async def test_output_exit_code_input_and_environment_come_through(tree: Path, policy: SandboxPolicy) -> None:
    result = await python(
        "import os, sys; print(sys.stdin.read(), sorted(os.environ)); sys.stderr.write('err'); sys.exit(3)",
        tree, policy=policy, stdin=b"told", env={"A": "1"},
    )  # fmt: skip
    assert (result.exit_code, result.signal, result.limit) == (3, None, None)
    assert result.stdout == b"told ['A', 'HOME', 'LANG', 'PATH', 'TMPDIR']\n"
    assert result.stderr == b"err"
    assert not result.timed_out
    assert not result.truncated
    assert result.sandbox == ("limits" if policy is SandboxPolicy.OFF else "bubblewrap")


@pytest.mark.parametrize("policy", BOTH)
async def test_a_signal_is_told_as_the_shell_tells_it(tree: Path, policy: SandboxPolicy) -> None:
    result = await python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", tree, policy=policy)
    assert (result.exit_code, result.signal) == (139, 11)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_program_that_is_not_there_is_named(tree: Path, policy: SandboxPolicy) -> None:
    result = await run(["no-such-program"], cwd=tree, writable=[tree], env={}, limits=Limits(), policy=policy)
    assert result.exit_code == 127
    assert b"cannot run 'no-such-program': No such file" in result.stderr


async def test_require_refuses_where_there_is_no_sandbox_and_prefer_goes_on(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tree))
    sandbox.probe.cache_clear()
    try:
        assert sandbox.probe() == SandboxReport(False, "bubblewrap", None, "the program 'bwrap' is not installed")
        with pytest.raises(SandboxUnavailable, match=r"Install the package 'bubblewrap'.* sandbox = \"prefer\""):
            await python("print(1)", tree)
        result = await python("print(1)", tree, policy=SandboxPolicy.PREFER)
        assert (result.sandbox, result.stdout) == ("limits", b"1\n")
    finally:
        sandbox.probe.cache_clear()


async def test_a_bubblewrap_that_does_not_work_is_found_out(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\n[ $1 = --version ] && echo bubblewrap 0.9 && exit\necho no namespaces >&2; exit 1\n")
    broken.chmod(0o755)
    if shutil.which("bwrap"):
        assert sandbox.probe().available
        with monkeypatch.context() as later:
            later.setenv("PATH", str(broken.parent), prepend=os.pathsep)
            with pytest.raises(SandboxUnavailable, match="could not be set up: no namespaces"):
                await python("print(1)", tree)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    sandbox.probe.cache_clear()
    try:
        report = sandbox.probe()
        assert (report.available, report.version) == (False, "0.9")
        assert "no namespaces" in (report.reason or "")
    finally:
        sandbox.probe.cache_clear()


async def test_paths_that_cannot_be_are_refused(tree: Path) -> None:
    with pytest.raises(ValueError, match=r"gone' does not exist"):
        await python("pass", tree, readable=[tree / "gone"])
    with pytest.raises(ValueError, match="in none of the directories"):
        await run(["true"], cwd=tree, writable=[], env={}, limits=Limits(), policy=SandboxPolicy.OFF)
    with pytest.raises(ValueError, match="NUL"):
        await python("pass", tree, env={"A": "\0"})
    with pytest.raises(ValueError, match="wall_seconds"):
        Limits(wall_seconds=0)
