"""Snapshots: the tree as it is, kept beside the history and brought back."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from baton.workshop.errors import CommitNotFound, WorkspaceError
from baton.workshop.workspace import Workspace


def names(workspace: Workspace) -> list[str]:
    return sorted(
        str(path.relative_to(workspace.tree))
        for path in workspace.tree.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )


async def test_a_snapshot_keeps_new_changed_and_deleted_files_and_moves_nothing(workspace: Workspace) -> None:
    for name in ("kept", "changed", "gone"):
        (workspace.tree / name).write_text("1")
    head = await workspace.commit("begin", author="x")
    (workspace.tree / "changed").write_text("2")
    (workspace.tree / "gone").unlink()
    (workspace.tree / "sub").mkdir()
    (workspace.tree / "sub" / "run.sh").write_text("#!/bin/sh")
    (workspace.tree / "sub" / "run.sh").chmod(0o755)
    snapshot = await workspace.snapshot()
    assert await workspace.head() == head
    assert names(workspace) == ["changed", "kept", "sub/run.sh"]
    assert [(file.path, file.mode) for file in await workspace.files(snapshot)] == [
        ("changed", "100644"),
        ("kept", "100644"),
        ("sub/run.sh", "100755"),
    ]
    await workspace.restore(head.sha)
    assert names(workspace) == ["changed", "gone", "kept"]
    await workspace.bring_back(snapshot)
    assert names(workspace) == ["changed", "kept", "sub/run.sh"]
    assert (workspace.tree / "changed").read_text() == "2"
    assert os.access(workspace.tree / "sub" / "run.sh", os.X_OK)


async def test_what_was_brought_back_is_committed_on_the_head(workspace: Workspace) -> None:
    begin = await workspace.head()
    (workspace.tree / "a").write_text("1")
    snapshot = await workspace.snapshot()
    await workspace.restore(begin.sha)
    await workspace.bring_back(snapshot)
    (workspace.tree / "b").write_text("1")
    commit = await workspace.commit("done", author="x")
    assert await workspace.changed_files(begin.sha) == ["a", "b"]
    parents = await workspace._git("rev-list", "--parents", "--max-count=1", commit.sha)
    assert parents.decode().split() == [commit.sha, begin.sha]


async def test_a_commit_after_a_snapshot_is_what_it_would_be_without(workspace: Workspace) -> None:
    (workspace.tree / "a").write_text("1")
    await workspace.snapshot()
    (workspace.tree / "a").unlink()
    (workspace.tree / "b").write_text("1")
    commit = await workspace.commit("c", author="x")
    assert [file.path for file in await workspace.files(commit.sha)] == ["b"]


async def test_the_same_tree_on_the_same_head_is_the_same_snapshot(workspace: Workspace) -> None:
    begin = await workspace.head()
    empty = await workspace.snapshot()
    assert await workspace.same_tree(empty, begin.sha)
    (workspace.tree / "a").write_text("1")
    first, second = await workspace.snapshot(), await workspace.snapshot()
    assert (first == second, await workspace.same_tree(first, empty)) == (True, False)


async def test_what_the_project_ignores_is_not_kept(workspace: Workspace) -> None:
    (workspace.tree / ".gitignore").write_text("*.log\n")
    (workspace.tree / "a.log").write_text("1")
    (workspace.tree / "__pycache__").mkdir()
    (workspace.tree / "__pycache__" / "a.pyc").write_text("1")
    assert [file.path for file in await workspace.files(await workspace.snapshot())] == [".gitignore"]


@pytest.mark.parametrize("name", ["HEAD", "--all", "f" * 40, "abc", ""])
async def test_an_unknown_snapshot_is_named_and_changes_nothing(workspace: Workspace, name: str) -> None:
    (workspace.tree / "a").write_text("1")
    with pytest.raises(CommitNotFound):
        await workspace.bring_back(name)
    assert names(workspace) == ["a"]


def _own_repository(folder: Path, command: str) -> None:
    for arguments in (["init", "-q"], ["config", "core.fsmonitor", command]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, timeout=30)


async def test_a_snapshot_of_a_hostile_tree_holds_plain_files(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / ".git").mkdir(parents=True)
    (outside / "secret").write_text("1")
    nested = workspace.tree / "sub"
    nested.mkdir()
    (nested / "f").write_text("1")
    _own_repository(nested, f"touch {tmp_path}/canary")
    (workspace.tree / ".gitattributes").write_text("* filter=evil\n")
    (workspace.tree / ".GIT").mkdir()
    (workspace.tree / "link").symlink_to(outside)
    (workspace.tree / "closed").write_text("1")
    (workspace.tree / "closed").chmod(0)
    (workspace.tree / "locked").mkdir()
    (workspace.tree / "locked" / "in").write_text("1")
    (workspace.tree / "locked").chmod(0)
    (workspace.tree / "-rf").write_text("1")
    (workspace.tree / "new\nline").write_text("1")
    os.mkfifo(workspace.tree / "pipe")
    kept = [".gitattributes", "-rf", "closed", "link", "locked/in", "new\nline", "sub/f"]
    snapshot = await workspace.snapshot()
    assert sorted(file.path for file in await workspace.files(snapshot)) == sorted(kept)
    await workspace.restore((await workspace.head()).sha)
    await workspace.bring_back(snapshot)
    assert names(workspace) == sorted(kept)
    assert (workspace.tree / "link").readlink() == outside
    assert (outside / ".git").is_dir()
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("instead", [None, "a link", "a file"])
async def test_a_tree_that_is_gone_is_no_tree_to_keep(
    workspace: Workspace, tmp_path: Path, instead: str | None
) -> None:
    (workspace.tree / "a").write_text("1")
    snapshot = await workspace.snapshot()
    outside = tmp_path / "outside"
    (outside / ".git").mkdir(parents=True)
    shutil.rmtree(workspace.tree)
    if instead == "a link":
        workspace.tree.symlink_to(outside)
    elif instead == "a file":
        workspace.tree.write_text("")
    with pytest.raises(WorkspaceError, match="is gone; restore"):
        await workspace.snapshot()
    assert (outside / ".git").is_dir(), "a link out of the workspace was followed"
    await workspace.bring_back(snapshot)
    assert names(workspace) == ["a"]
    assert list(outside.iterdir()) == [outside / ".git"]


async def test_locks_of_a_killed_git_are_cleared_away(workspace: Workspace) -> None:
    (workspace.tree / "a").write_text("1")
    (workspace.tree.parent / "repo.git" / "index.lock").touch()
    snapshot = await workspace.snapshot()
    (workspace.tree.parent / "repo.git" / "index.lock").touch()
    await workspace.bring_back(snapshot)
    assert [path.name for path in workspace.private.iterdir()] == []


async def test_snapshots_taken_at_once_do_not_disturb_each_other(workspace: Workspace) -> None:
    (workspace.tree / "a").write_text("1")
    assert len(set(await asyncio.gather(*(workspace.snapshot() for _ in range(4))))) == 1
