"""Where a workspace begins: a clone of what was named, or a refusal that says why."""

import os
import subprocess
from pathlib import Path

import pytest

from baton.workshop.errors import (
    RefNotFound,
    RepositoryNotFound,
    RepositoryUnreachable,
)
from baton.workshop.workspace import Workspaces


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    _git(folder, "init", "-q")
    (folder / "a.txt").write_bytes(b"one\r\n")
    (folder / ".gitattributes").write_text("* text=auto eol=lf\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "first")
    _git(folder, "tag", "v0")
    (folder / "a.txt").write_text("two")
    _git(folder, "commit", "-qam", "second")
    return folder


async def test_a_clone_has_the_bytes_of_the_repository(workspaces: Workspaces, source: Path) -> None:
    clone = await workspaces.open("clone", repo=str(source))
    assert (await clone.head()).sha == _git(source, "rev-parse", "HEAD")
    assert (clone.tree / "a.txt").read_text() == "two"
    assert await clone.commit("nothing changed", author="x") == await clone.head()


@pytest.mark.parametrize("ref", ["v0", "old", "sha"])
async def test_a_clone_begins_at_the_ref_asked_for(workspaces: Workspaces, source: Path, ref: str) -> None:
    first = _git(source, "rev-parse", "HEAD~1")
    _git(source, "branch", "old", first)
    clone = await workspaces.open("clone", repo=source.as_uri(), ref=first if ref == "sha" else ref)
    assert (await clone.head()).sha == first


async def test_a_detached_head_and_an_empty_repository_can_be_cloned(
    workspaces: Workspaces, source: Path, tmp_path: Path
) -> None:
    _git(source, "checkout", "-q", "--detach")
    _git(source, "commit", "-q", "--allow-empty", "-m", "on no branch")
    clone = await workspaces.open("detached", repo=str(source))
    assert (await clone.head()).sha == _git(source, "rev-parse", "HEAD")
    (tmp_path / "empty").mkdir()
    _git(tmp_path / "empty", "init", "-q")
    empty = await workspaces.open("empty", repo=str(tmp_path / "empty"))
    assert await empty.head() == await (await workspaces.open("fresh")).head()


async def test_a_repository_that_is_not_there_is_named_and_leaves_nothing(
    workspaces: Workspaces, tmp_path: Path, source: Path
) -> None:
    with pytest.raises(RepositoryNotFound, match="no git repository at '/no/such/repo'"):
        await workspaces.open("x", repo="/no/such/repo")
    with pytest.raises(RepositoryNotFound, match="no git repository could be read at"):
        await workspaces.open("x", repo=str(tmp_path))
    with pytest.raises(RefNotFound, match="no branch, tag or commit 'nope'"):
        await workspaces.open("x", repo=str(source), ref="nope")
    assert [path.name for path in workspaces.root.iterdir()] == [".locks"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
async def test_a_repository_of_another_user_is_refused_in_plain_words(workspaces: Workspaces, source: Path) -> None:
    os.chown(source, 12345, 12345)
    os.chown(source / ".git", 12345, 12345)
    with pytest.raises(RepositoryNotFound, match="belongs to another user"):
        await workspaces.open("x", repo=str(source))


async def test_an_unreachable_server_is_told_apart_and_credentials_are_not_shown(
    workspaces: Workspaces,
) -> None:
    with pytest.raises(RepositoryUnreachable) as caught:
        await workspaces.open("x", repo="http://ann:hunter2@127.0.0.1:1/repo.git")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "repo", ["ext::sh -c 'touch /tmp/x'", "-uevil", "--upload-pack=x", "ftp://host/x", "fd::3", "nfs://h/x"]
)
async def test_an_address_of_another_kind_is_refused(workspaces: Workspaces, repo: str) -> None:
    with pytest.raises(ValueError, match="repository"):
        await workspaces.open("x", repo=repo)


@pytest.mark.parametrize("ref", ["-x", "a..b", "HEAD@{1}", "", "a b"])
async def test_a_ref_of_another_form_is_refused(workspaces: Workspaces, source: Path, ref: str) -> None:
    with pytest.raises(ValueError, match="ref"):
        await workspaces.open("x", repo=str(source), ref=ref)
