"""Whoever writes the tree does not get git to run a program, nor to look elsewhere."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from baton.workshop.workspace import Workspace, Workspaces


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def program(tmp_path: Path, canary: Path) -> Path:
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    return script


def _git(folder: Path, *arguments: str, check: bool = True) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=check, capture_output=True, timeout=30)


def _own_repository(folder: Path) -> None:
    _git(folder, "init", "-q")
    _git(folder, "add", "f")
    _git(folder, "commit", "-qm", "theirs")


def _hooks(tree: Path, program: Path) -> None:
    _git(tree, "init", "-q")
    for hook in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "post-commit"):
        (tree / ".git" / "hooks" / hook).parent.mkdir(exist_ok=True)
        (tree / ".git" / "hooks" / hook).symlink_to(program)


def _config(tree: Path, program: Path) -> None:
    _git(tree, "init", "-q")
    with (tree / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\nfsmonitor = {program}\nhooksPath = {program.parent}\npager = {program}\n"
            f'[filter "evil"]\nclean = {program}\nsmudge = {program}\nprocess = {program}\nrequired = true\n'
            f'[diff "evil"]\ntextconv = {program}\ncommand = {program}\n[diff]\nexternal = {program}\n'
            f'[merge "evil"]\ndriver = {program}\n[alias]\nadd = !{program}\n'
        )
    (tree / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")


def _nested(tree: Path, program: Path) -> None:
    (tree / "sub").mkdir()
    _config(tree / "sub", program)
    (tree / ".gitmodules").write_text(f'[submodule "sub"]\npath = sub\nurl = ./sub\nupdate = !{program}\n')


def _pointer(tree: Path, program: Path) -> None:
    _config(program.parent / "elsewhere", program)
    (tree / ".git").write_text(f"gitdir: {program.parent}/elsewhere/.git\n")
    (tree / ".gitattributes").write_text("* filter=evil diff=evil\n")


@pytest.mark.parametrize("plant", [_hooks, _config, _nested, _pointer])
async def test_no_program_named_in_the_tree_is_run(
    workspace: Workspace, canary: Path, program: Path, tmp_path: Path, plant: Callable[[Path, Path], None]
) -> None:
    (program.parent / "elsewhere").mkdir()
    begin = await workspace.head()
    plant(workspace.tree, program)
    (workspace.tree / "a.txt").write_text("1")
    first = await workspace.commit("first", author="x")
    (workspace.tree / "a.txt").write_text("2")
    (workspace.tree / "again").mkdir()
    plant(workspace.tree / "again", program)
    await workspace.commit("second", author="x")
    await workspace.changed_files(begin.sha)
    assert "a.txt" in await workspace.diff(begin.sha, limit=100_000)
    await workspace.restore(first.sha)
    await workspace.export(first.sha, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text() == "1"
    assert not canary.exists()


async def test_the_trap_would_have_worked_on_a_plain_git(tmp_path: Path, canary: Path, program: Path) -> None:
    """Shows that the canary can sing: the same tree, and git run in it as people do."""
    tree = tmp_path / "plain"
    tree.mkdir()
    _config(tree, program)
    (tree / "a.txt").write_text("1")
    _git(tree, "add", "-A", check=False)
    assert canary.exists()


async def test_the_files_of_a_nested_repository_are_committed_as_files(workspace: Workspace) -> None:
    nested = workspace.tree / "sub"
    nested.mkdir()
    (nested / "f").write_text("1")
    _own_repository(nested)
    commit = await workspace.commit("ours", author="x")
    assert [entry.path for entry in await workspace.files(commit.sha)] == ["sub/f"]
    assert not (nested / ".git").exists()


async def test_a_repository_that_an_agent_made_in_the_tree_does_not_redirect_ours(
    workspace: Workspace,
) -> None:
    (workspace.tree / "f").write_text("1")
    _own_repository(workspace.tree)
    before = await workspace.head()
    commit = await workspace.commit("ours", author="x")
    assert await workspace.changed_files(before.sha) == ["f"]
    assert await workspace.head() == commit


async def test_settings_of_the_user_and_of_the_environment_are_not_read(
    workspaces: Workspaces, tmp_path: Path, canary: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\nhooksPath = {tmp_path}\nfsmonitor = {program}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(program))
    workspace = await workspaces.open("build-2")
    begin = await workspace.head()
    (workspace.tree / "a").write_text("1")
    await workspace.commit("c", author="x")
    assert "+1" in await workspace.diff(begin.sha, limit=1000)
    assert not canary.exists()


async def test_odd_names_and_rights_survive_a_round_trip(workspace: Workspace) -> None:
    names = [b"new\nline", b"-rf", b"\xff\xfe", "grüße".encode(), b"tab\t", b":(top)x", b"*"]
    for name in names:
        Path(os.fsdecode(os.fsencode(workspace.tree) + b"/" + name)).write_text("1")
    (workspace.tree / "closed").write_text("1")
    (workspace.tree / "closed").chmod(0)
    (workspace.tree / "out").symlink_to("/etc/passwd")
    commit = await workspace.commit("c", author="Eve\n<evil>\0<x@y>")
    await workspace.restore(commit.sha)
    assert sorted(os.fsencode(path.name) for path in workspace.tree.iterdir()) == sorted(
        [*names, b"closed", b"out"]
    )
    assert (workspace.tree / "out").is_symlink()
    odd = os.fsdecode(b"\xff\xfe")
    assert await workspace.read(commit.sha, odd) == b"1"


async def test_a_link_in_the_tree_s_place_of_a_folder_is_not_written_through(
    workspace: Workspace, tmp_path: Path
) -> None:
    (workspace.tree / "d").mkdir()
    (workspace.tree / "d" / "f").write_text("ours")
    commit = await workspace.commit("c", author="x")
    outside = tmp_path / "outside"
    outside.mkdir()
    (workspace.tree / "d" / "f").unlink()
    (workspace.tree / "d").rmdir()
    (workspace.tree / "d").symlink_to(outside)
    await workspace.restore(commit.sha)
    assert list(outside.iterdir()) == []
    assert not (workspace.tree / "d").is_symlink()
