"""A repository is looked at before a build is made of it."""

from pathlib import Path

import pytest

from baton.workshop.errors import RefNotFound, RepositoryNotFound
from baton.workshop.looking import look
from tests.shared_repository import bare, git


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    git(folder, "tag", "v1")
    git(folder, "branch", "side/branch")
    git(folder, "commit", "-q", "--allow-empty", "-m", "two")
    return folder


@pytest.mark.parametrize("ref", [None, "main", "side/branch", "v1"])
async def test_branches_and_tags_are_found(source: Path, ref: str | None) -> None:
    await look(source, ref)


@pytest.mark.parametrize("length", [40, 7])
async def test_commits_are_found(source: Path, tmp_path: Path, length: int) -> None:
    commit = git(source, "rev-parse", "HEAD~1")[:length]
    await look(source, commit)
    git(tmp_path, "clone", "-q", "--bare", str(source), "bare.git")
    await look(tmp_path / "bare.git", commit)


@pytest.mark.parametrize("ref", ["nope", "f" * 40, "HEAD"])
async def test_what_is_not_there_is_named(source: Path, ref: str) -> None:
    with pytest.raises(RefNotFound, match=f"has no branch, tag or commit '{ref}'"):
        await look(source, ref)


async def test_a_folder_and_an_empty_repository(tmp_path: Path) -> None:
    await look(bare(tmp_path / "empty.git"))
    with pytest.raises(RepositoryNotFound, match="no git repository could be read at"):
        await look(tmp_path)
