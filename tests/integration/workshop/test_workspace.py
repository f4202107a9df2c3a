"""A build's workspace: commit, restore, look back, tag, export."""

import asyncio
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from baton.workshop.errors import (
    CommitNotFound,
    FileNotInCommit,
    TagTaken,
    UnsafeLink,
    WorkspaceBusy,
)
from baton.workshop.workspace import Workspace, Workspaces


async def test_a_fresh_workspace_begins_with_the_same_empty_commit(workspaces: Workspaces) -> None:
    one, two = await workspaces.open("one"), await workspaces.open("two")
    assert await one.head() == await two.head()
    assert await one.files((await one.head()).sha) == []
    assert list(one.tree.iterdir()) == []


async def test_the_first_commit_is_remembered_whatever_is_restored(workspace: Workspace) -> None:
    begin = await workspace.head()
    (workspace.tree / "a").write_text("1")
    later = await workspace.commit("later", author="x")
    assert await workspace.first_commit() == begin.sha
    # As an earlier version left it.
    await workspace._git("update-ref", "-d", "refs/baton/base")
    (workspace.private / "first-commit").write_text(later.sha)
    assert await workspace.first_commit() == later.sha


async def test_a_commit_holds_new_changed_and_deleted_files(workspace: Workspace) -> None:
    begin = await workspace.head()
    (workspace.tree / "kept").write_text("1")
    (workspace.tree / "gone").write_text("1")
    (workspace.tree / "sub").mkdir()
    (workspace.tree / "sub" / "run.sh").write_text("#!/bin/sh")
    (workspace.tree / "sub" / "run.sh").chmod(0o755)
    first = await workspace.commit("first", author="code_writer")
    (workspace.tree / "kept").write_text("22")
    (workspace.tree / "gone").unlink()
    second = await workspace.commit("second", author="Ann Other <ann@localhost>")
    assert [(entry.path, entry.mode, entry.size) for entry in await workspace.files(second.sha)] == [
        ("kept", "100644", 2), ("sub/run.sh", "100755", 9)
    ]  # fmt: skip
    assert await workspace.changed_files(first.sha) == ["gone", "kept"]
    assert await workspace.changed_files(begin.sha) == ["kept", "sub/run.sh"]
    assert "+22" in await workspace.diff(first.sha, limit=10_000)
    assert "bytes left out" in await workspace.diff(begin.sha, limit=60)
    assert await workspace.read(first.sha, "kept") == b"1"
    assert _authors(workspace.tree.parent / "repo.git") == [
        "Ann Other <ann@localhost>", "code_writer <code-writer@localhost>", "Baton <baton@localhost>"
    ]  # fmt: skip


def _authors(repository: Path) -> list[str]:
    return subprocess.run(
        ["git", f"--git-dir={repository}", "log", "--format=%an <%ae>", "build"],
        check=True, capture_output=True, text=True, timeout=30,
    ).stdout.splitlines()  # fmt: skip


async def test_nothing_changed_means_no_new_commit(workspace: Workspace) -> None:
    (workspace.tree / "a").write_text("1")
    first = await workspace.commit("first", author="x")
    (workspace.tree / "__pycache__").mkdir()
    (workspace.tree / "__pycache__" / "a.pyc").write_text("cache")
    assert await workspace.commit("again", author="x") == first


async def test_restore_gives_the_tree_of_the_commit_and_nothing_else(workspace: Workspace) -> None:
    (workspace.tree / ".gitignore").write_text("*.log\n")
    (workspace.tree / "a").write_text("1")
    first = await workspace.commit("first", author="x")
    (workspace.tree / "a").unlink()
    (workspace.tree / "a").mkdir()
    (workspace.tree / "a" / "b").write_text("1")
    await workspace.commit("second", author="x")
    (workspace.tree / "ignored.log").write_text("1")
    (workspace.tree / "locked").mkdir(mode=0)
    (workspace.tree / ".git").mkdir()
    os.mkfifo(workspace.tree / "pipe")
    await workspace.restore(first.sha)
    assert sorted(path.name for path in workspace.tree.iterdir()) == [".gitignore", "a"]
    assert (workspace.tree / "a").read_text() == "1"
    assert await workspace.head() == first
    assert await workspace.commit("unchanged", author="x") == first


@pytest.mark.parametrize("build_id", ["../x", "", ".", "..", ".locks", "a/b", "a\n", "x" * 101, "💥", "a\0"])
async def test_a_hostile_build_id_is_refused(workspaces: Workspaces, build_id: str) -> None:
    with pytest.raises(ValueError, match="build_id"):
        await workspaces.open(build_id)
    assert not workspaces.root.exists()


async def test_opening_one_build_many_times_at_once_gives_one_workspace(workspaces: Workspaces) -> None:
    opened = await asyncio.gather(*(workspaces.open("same") for _ in range(8)))
    assert len({await each.head() for each in opened}) == 1
    assert sorted(path.name for path in workspaces.root.iterdir()) == [".locks", "same"]


async def test_two_activities_do_not_hold_one_workspace(workspaces: Workspaces) -> None:
    one = await workspaces.open("same")
    two = await Workspaces(workspaces.root, lock_seconds=0.05).open("same")
    async with one.exclusive():
        (one.tree / "a").write_text("1")
        await one.commit("inside", author="x")
        with pytest.raises(WorkspaceBusy, match="'same' is in use"):
            await two.commit("outside", author="x")
    assert await two.commit("nothing left to do", author="x") == await one.head()


async def test_a_tag_is_put_once_and_never_moved(workspace: Workspace) -> None:
    first = await workspace.head()
    (workspace.tree / "a").write_text("1")
    second = await workspace.commit("more", author="x")
    await workspace.tag("v1.0", first.sha, "Release 1.0")
    await workspace.tag("v1.0", first.sha, "Release 1.0")
    with pytest.raises(TagTaken, match=f"'v1.0' is on commit {first.sha}"):
        await workspace.tag("v1.0", second.sha, "Release 1.0")


async def test_a_release_that_is_given_up_has_no_tag_any_more(workspace: Workspace) -> None:
    first = await workspace.head()
    (workspace.tree / "a").write_text("1")
    second = await workspace.commit("more", author="x")
    await workspace.tag(workspace.release_tag, first.sha, "Release 1.0")
    await workspace.give_up_release()
    await workspace.give_up_release()
    await workspace.tag(workspace.release_tag, second.sha, "Release 1.1")


@pytest.mark.parametrize("name", ["-d", "a b", "a..b", "x.lock", ""])
async def test_a_tag_name_that_git_refuses_is_named(workspace: Workspace, name: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        await workspace.tag(name, (await workspace.head()).sha, "m")


async def test_export_gives_a_clean_checkout(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.tree / "a").write_text("1")
    (workspace.tree / "link").symlink_to("a")
    (workspace.tree / ".gitattributes").write_text("a export-ignore\n* text eol=crlf\n")
    commit = await workspace.commit("c", author="x")
    (workspace.tree / "a").write_text("changed since")
    await workspace.export(commit.sha, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".gitattributes", "a", "link"]
    assert (tmp_path / "out" / "link").read_bytes() == b"1"
    with pytest.raises(ValueError, match="not empty"):
        await workspace.export(commit.sha, tmp_path / "out")


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "inner/../../outside"])
async def test_a_link_out_of_the_tree_is_not_exported(workspace: Workspace, tmp_path: Path, target: str) -> None:
    (workspace.tree / "d" / "e").mkdir(parents=True)
    # By its name alone `inner/..` looks like `d/e`; it is the folder above the tree.
    (workspace.tree / "d" / "e" / "inner").symlink_to("../..")
    (workspace.tree / "d" / "e" / "bad").symlink_to(target if target != "../../outside" else "../../../outside")
    commit = await workspace.commit("c", author="x")
    with pytest.raises(UnsafeLink, match="'d/e/bad'"):
        await workspace.export(commit.sha, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("path", ["b", "../a", "/etc/passwd", "", "d", "link", "*"])
async def test_only_regular_files_of_the_commit_are_read(workspace: Workspace, path: str) -> None:
    (workspace.tree / "a").write_text("1")
    (workspace.tree / "d").mkdir()
    (workspace.tree / "d" / "x").write_text("1")
    (workspace.tree / "link").symlink_to("a")
    commit = await workspace.commit("c", author="x")
    with pytest.raises(FileNotInCommit):
        await workspace.read(commit.sha, path)


async def test_a_file_over_the_limit_is_not_read(workspace: Workspace) -> None:
    (workspace.tree / "a").write_text("12345")
    commit = await workspace.commit("c", author="x")
    with pytest.raises(FileNotInCommit, match="has 5 bytes, more than 4"):
        await workspace.read(commit.sha, "a", limit=4)


@pytest.mark.parametrize("name", ["HEAD", "--all", "f" * 40, "abc", ""])
async def test_an_unknown_commit_is_named_and_changes_nothing(workspace: Workspace, name: str) -> None:
    (workspace.tree / "a").write_text("1")
    with pytest.raises(CommitNotFound):
        await workspace.restore(name)
    assert (workspace.tree / "a").exists()


async def test_many_files_are_read_by_one_git(tmp_path: Path) -> None:
    workspace = await Workspaces(tmp_path).open("b")
    texts = {"a": "", "sub/b\n": "two\nlines", "ö": "\0\n"}
    for name, text in texts.items():
        (workspace.tree / name).parent.mkdir(exist_ok=True)
        (workspace.tree / name).write_text(text)
    commit = await workspace.commit("Files", author="Test")
    entries = await workspace.files(commit.sha)
    assert await workspace.contents(entries) == {name: text.encode() for name, text in texts.items()}
    assert await workspace.contents([]) == {}
    huge = [replace(entry, size=20_000_000) for entry in entries]
    with pytest.raises(ValueError, match="have more than"):
        await workspace.contents(huge)


async def test_the_steps_of_a_build_are_the_commits_in_which_a_phase_ended(tmp_path: Path) -> None:
    workspace = await Workspaces(tmp_path).open("b")
    begun = await workspace.head()
    commits = []
    for number, message in enumerate(("One\n\nPhase-run: 1\n", "By hand\n", "Two\n\nBuild: b\nPhase-run: 2\n")):
        (workspace.tree / "file").write_text(str(number))
        commits.append(await workspace.commit(message, author="Test"))
    one, _, two = commits
    assert await workspace.steps(begun.sha, two.sha) == [two, one]
    assert await workspace.steps(begun.sha, one.sha) == [one]
    assert await workspace.steps(two.sha, two.sha) == []
