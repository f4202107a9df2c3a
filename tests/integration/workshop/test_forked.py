"""The workspace of a fork: it begins with a commit of another build's, which is only read."""

import shutil
from pathlib import Path

import pytest

from baton.workshop.errors import CommitNotFound
from baton.workshop.workspace import ForkedFrom, Workspace, Workspaces
from tests.shared_repository import bare, git, references


async def grown(workspaces: Workspaces, *, remote: str | None = None) -> tuple[Workspace, list[str]]:
    """The workspace of ``origin``, with its first commit and three more; the last was given up by a rollback."""
    workspace = await workspaces.open("origin", remote=remote)
    commits = [await workspace.first_commit()]
    for number in (1, 2, 3):
        (workspace.tree / "a.txt").write_text(str(number))
        commits.append((await workspace.commit(f"Step {number}", author="x")).sha)
        await workspace.hand_over()
    await workspace.restore(commits[2])
    return workspace, commits


def told(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_fork_begins_with_the_commit_and_knows_where_its_origin_began(workspaces: Workspaces) -> None:
    origin, commits = await grown(workspaces)
    before = told(origin.tree.parent)
    fork = await workspaces.open("fork", forked=ForkedFrom("origin", commits[1], commits[0]))

    assert (await fork.head()).sha == commits[1]
    assert await fork.first_commit() == commits[0]
    assert (fork.tree / "a.txt").read_text() == "1"
    assert told(origin.tree.parent) == before


async def test_a_commit_that_was_rolled_back_can_be_forked_from(workspaces: Workspaces) -> None:
    _, commits = await grown(workspaces)
    fork = await workspaces.open("fork", forked=ForkedFrom("origin", commits[3], commits[0]))
    assert (fork.tree / "a.txt").read_text() == "3"


async def test_without_a_commit_a_fork_begins_where_its_origin_began(workspaces: Workspaces) -> None:
    _, commits = await grown(workspaces)
    fork = await workspaces.open("fork", forked=ForkedFrom("origin"))
    assert [(await fork.head()).sha, await fork.first_commit()] == [commits[0]] * 2


async def test_of_an_origin_that_nobody_worked_on_a_fork_begins_afresh(workspaces: Workspaces) -> None:
    fork = await workspaces.open("fork", forked=ForkedFrom("nobody"))
    assert (await fork.head()).sha == await (await workspaces.open("fresh")).first_commit()


async def test_work_goes_on_in_a_fork_and_leaves_its_origin_alone(workspaces: Workspaces) -> None:
    origin, commits = await grown(workspaces)
    fork = await workspaces.open("fork", forked=ForkedFrom("origin", commits[1], commits[0]))
    (fork.tree / "a.txt").write_text("mine")
    made = await fork.commit("Mine", author="x")
    shutil.rmtree(origin.tree.parent)

    again = await workspaces.open("fork", forked=ForkedFrom("origin", commits[1], commits[0]))
    assert (await again.head()) == made
    await again.restore(commits[0])  # where a rollback to discovery goes
    assert not list(again.tree.iterdir())


async def test_the_workspace_of_a_fork_is_made_once(workspaces: Workspaces) -> None:
    _, commits = await grown(workspaces)
    forked = ForkedFrom("origin", commits[1], commits[0])
    (await workspaces.open("fork", forked=forked)).tree.joinpath("kept").write_text("x")
    assert ((await workspaces.open("fork", forked=forked)).tree / "kept").exists()


async def test_a_commit_that_is_gone_is_told_with_where_it_was_looked_for(workspaces: Workspaces) -> None:
    await grown(workspaces)
    gone = "0123456789" * 4
    with pytest.raises(CommitNotFound, match=rf"{gone}' of build 'origin' is gone: it is not in the workspace"):
        await workspaces.open("fork", forked=ForkedFrom("origin", gone))
    with pytest.raises(CommitNotFound, match="is gone"):
        await workspaces.open("fork", forked=ForkedFrom("origin", "main"))
    assert sorted(path.name for path in workspaces.root.iterdir()) == [".locks", "origin"]


async def test_a_commit_that_people_made_is_found_in_the_repository_of_the_request(
    workspaces: Workspaces, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    git(source, "init", "-q")
    (source / "a.txt").write_text("by hand")
    git(source, "add", ".")
    git(source, "commit", "-qm", "By hand")
    commit = git(source, "rev-parse", "HEAD")
    fork = await workspaces.open("fork", repo=str(source), forked=ForkedFrom("nobody", commit))
    assert (fork.tree / "a.txt").read_text() == "by hand"


async def test_a_machine_that_never_had_the_origin_takes_it_from_the_shared_repository(tmp_path: Path) -> None:
    shared = bare(tmp_path / "shared.git")
    one, two = Workspaces(tmp_path / "one"), Workspaces(tmp_path / "two")
    _, commits = await grown(one, remote=str(shared))
    before = {name: at for name, at in references(shared).items() if "/origin/" in name}
    forked = ForkedFrom("origin", commits[1], commits[0])
    there = await two.open("fork", remote=str(shared), forked=forked)

    assert (there.tree / "a.txt").read_text() == "1"
    assert await there.first_commit() == commits[0]
    now = references(shared)
    assert before.items() <= now.items()
    assert {name: at for name, at in now.items() if "/fork/" in name} == {
        "refs/baton/fork/base": commits[0],
        f"refs/baton/fork/commits/{commits[1]}": commits[1],
    }

    third = await Workspaces(tmp_path / "three").open("fork", remote=str(shared))
    await third.restore(commits[1])
    assert (third.tree / "a.txt").read_text() == "1"
