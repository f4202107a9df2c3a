"""Trees of every shape: what a commit cannot hold is left out, and what no tool could walk is refused."""

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from baton.workshop.errors import GitFailed, TreeUnfit, UnsafeLink, WorkspaceError
from baton.workshop.workspace import Workspace, Workspaces


async def _paths(workspace: Workspace, commit: str) -> list[str]:
    return [entry.path for entry in await workspace.files(commit)]


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main"]
    command = ["git", *identity, *arguments]
    ended = subprocess.run(command, cwd=folder, input=stdin, check=True, capture_output=True, timeout=30)
    return ended.stdout.decode().strip()


async def test_pipes_sockets_and_devices_are_no_part_of_the_work(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.tree / "was-a-file").write_text("1")
    (workspace.tree / "stays").write_text("1")
    await workspace.commit("first", author="x")
    (workspace.tree / "was-a-file").unlink()
    os.mkfifo(workspace.tree / "was-a-file")
    (workspace.tree / "sub").mkdir()
    os.mkfifo(workspace.tree / "sub" / "pipe")
    if os.geteuid() == 0:
        os.mknod(workspace.tree / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    monkeypatch.chdir(workspace.tree)  # the name of a socket has little room
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        commit = await workspace.commit("second", author="x")
    assert await _paths(workspace, commit.sha) == ["stays"]
    assert sorted(path.name for path in workspace.tree.iterdir()) == ["stays", "sub"]


async def test_a_tree_that_is_nested_too_deep_is_refused_and_can_be_put_back(workspace: Workspace) -> None:
    begin = await workspace.head()
    deep = workspace.tree
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "file").write_text("1")
    for keep in (workspace.snapshot(), workspace.commit("deep", author="x")):
        with pytest.raises(TreeUnfit, match="nested too deep, below 'd/d/d"):
            await keep
    await workspace.restore(begin.sha)
    assert list(workspace.tree.iterdir()) == []


async def test_a_repository_that_is_nested_too_deep_is_refused_and_leaves_nothing(
    workspaces: Workspaces, tmp_path: Path
) -> None:
    _git(tmp_path, "init", "-q", "source")
    source = tmp_path / "source"
    begin = "commit refs/heads/main\ncommitter a <a@localhost> 0 +0000\ndata 0\n"
    _git(source, "fast-import", "--quiet", stdin=f"{begin}M 644 inline {'d/' * 300}f\ndata 0\n".encode())
    with pytest.raises(TreeUnfit):
        await workspaces.open("deep", repo=str(source))
    assert [path.name for path in workspaces.root.iterdir()] == [".locks"]


@pytest.mark.parametrize("name", [".git", "..", ".GIT", "git~1"])
async def test_a_repository_that_would_be_written_outside_or_into_git_is_refused(
    workspaces: Workspaces, tmp_path: Path, name: str
) -> None:
    _git(tmp_path, "init", "-q", "source")
    source = tmp_path / "source"
    blob = _git(source, "hash-object", "-w", "--stdin", stdin=b"#!/bin/sh\n")
    hooks = _git(source, "mktree", stdin=f"100755 blob {blob}\tpost-checkout\n".encode())
    raw = b"40000 " + name.encode() + b"\0" + bytes.fromhex(hooks)
    tree = _git(source, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=raw)
    _git(source, "update-ref", "refs/heads/main", _git(source, "commit-tree", tree, "-m", "evil"))
    with pytest.raises(GitFailed, match="invalid path"):
        await workspaces.open("evil", repo=str(source))
    assert [path.name for path in workspaces.root.iterdir()] == [".locks"]


async def test_files_in_the_place_of_a_submodule_are_committed(workspaces: Workspaces, tmp_path: Path) -> None:
    for name in ("inner", "source"):
        _git(tmp_path, "init", "-q", name)
        _git(tmp_path / name, "commit", "-q", "--allow-empty", "-m", "first")
    source, inner = tmp_path / "source", _git(tmp_path / "inner", "rev-parse", "HEAD")
    for name in ("lib", "other"):
        _git(source, "update-index", "--add", "--cacheinfo", f"160000,{inner},{name}")
    (source / ".gitmodules").write_text("")
    _git(source, "add", ".gitmodules")
    _git(source, "commit", "-qm", "submodules")
    workspace = await workspaces.open("submodules", repo=str(source))
    begin = await workspace.head()
    assert await workspace.commit("nothing was written", author="x") == begin
    (workspace.tree / "lib" / "new.py").write_text("x = 1\n")
    snapshot = await workspace.snapshot()
    commit = await workspace.commit("written", author="x")
    assert await _paths(workspace, snapshot) == await _paths(workspace, commit.sha) == [".gitmodules", "lib/new.py"]
    await workspace.restore(begin.sha)
    await workspace.restore(commit.sha)
    assert (workspace.tree / "lib" / "new.py").read_text() == "x = 1\n"


@pytest.mark.parametrize("links", [{"round": "round"}, {"a": "b", "b": "a"}, {"proc": "/proc/self/cwd"}])
async def test_links_that_lead_nowhere_are_not_exported(
    workspace: Workspace, tmp_path: Path, links: dict[str, str]
) -> None:
    for name, target in links.items():
        (workspace.tree / name).symlink_to(target)
    commit = await workspace.commit("c", author="x")
    with pytest.raises(UnsafeLink, match=f"the link '{min(links)}'"):
        await workspace.export(commit.sha, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_tree_that_became_a_link_is_not_written_through(workspace: Workspace, tmp_path: Path) -> None:
    begin = await workspace.head()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs").write_text("1")
    workspace.tree.rmdir()
    workspace.tree.symlink_to(outside)
    with pytest.raises(WorkspaceError, match=r"the tree .* is gone"):
        await workspace.snapshot()
    await workspace.restore(begin.sha)
    assert (outside / "theirs").read_text() == "1"
    assert list(workspace.tree.iterdir()) == []


async def test_a_hard_link_gives_its_content_once_and_its_file_is_left_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    begin = await workspace.head()
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    outside.chmod(0o440)
    os.link(outside, workspace.tree / "linked")
    commit = await workspace.commit("c", author="x")
    await workspace.restore(begin.sha)
    await workspace.restore(commit.sha)
    (workspace.tree / "linked").write_text("ours")
    assert (outside.read_text(), outside.stat().st_nlink) == ("theirs", 1)


async def test_names_that_differ_in_case_alone_and_names_of_the_longest_kind_are_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    names = ["README", "readme", "ReadMe", "x" * 255, "-rf", "--", "\x1b[31mred", "a\nb", " "]
    for name in names:
        (workspace.tree / name).write_text(name)
    commit = await workspace.commit("c", author="x")
    await workspace.export(commit.sha, tmp_path / "out")
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {name: name for name in names}


async def test_eight_thousand_files_are_committed_exported_and_put_back(workspace: Workspace, tmp_path: Path) -> None:
    begin = await workspace.head()
    for folder in range(16):
        (workspace.tree / str(folder)).mkdir()
        for name in range(500):
            (workspace.tree / str(folder) / str(name)).touch()
    commit = await workspace.commit("c", author="x")
    await workspace.restore(begin.sha)
    assert list(workspace.tree.iterdir()) == []
    await workspace.export(commit.sha, tmp_path / "out")
    assert sum(len(files) for _, _, files in os.walk(tmp_path / "out")) == 8_000
