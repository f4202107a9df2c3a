"""Machines that share nothing but a repository: what one hands over, every other goes on from."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from baton.runtime.ports import free_port
from baton.workshop.errors import CommitNotFound, RemoteRefused, RemoteUnreachable
from baton.workshop.workspace import Workspace, Workspaces
from tests.shared_repository import bare, daemon, git, over_http, references


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return bare(tmp_path / "shared.git")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository with the branches b0 to b4, each a commit ahead of the one before."""
    folder = tmp_path / "source"
    folder.mkdir()
    git(folder, "init", "-q")
    for number in range(5):
        (folder / "a.txt").write_text(str(number))
        git(folder, "add", ".")
        git(folder, "commit", "-qm", str(number))
        git(folder, "branch", f"b{number}")
    return folder


class Machine:
    """A folder of workspaces that no other machine sees."""

    def __init__(self, root: Path, remote: Path | str) -> None:
        self.workspaces = Workspaces(root, lock_seconds=10)
        self.remote = str(remote)

    async def open(self, build: str = "build-1", **more: Any) -> Workspace:
        return await self.workspaces.open(build, remote=self.remote, **more)

    async def phase(self, commit: str | None, name: str, text: str, build: str = "build-1") -> str:
        """A phase as the activity carries it out: it writes one file."""
        workspace = await self.open(build)
        await workspace.restore(commit or await workspace.first_commit())
        (workspace.tree / name).write_text(text)
        made = await workspace.commit(name, author="x")
        await workspace.hand_over()
        return made.sha


@pytest.fixture
def one(tmp_path: Path, shared: Path) -> Machine:
    return Machine(tmp_path / "one", shared)


@pytest.fixture
def two(tmp_path: Path, shared: Path) -> Machine:
    return Machine(tmp_path / "two", shared)


def content(workspace: Workspace) -> dict[str, str]:
    return {path.name: path.read_text() for path in workspace.tree.iterdir()}


async def test_work_goes_back_and_forth_between_machines(one: Machine, two: Machine) -> None:
    first = await one.phase(None, "code", "1")
    second = await two.phase(first, "findings", "wrong")
    third = await one.phase(second, "code", "2")
    there = await two.open()
    await there.restore(third)
    assert content(there) == {"code": "2", "findings": "wrong"}
    assert (await there.head()).sha == third


async def test_a_rollback_finds_its_commit_on_a_machine_that_never_had_it(one: Machine, two: Machine) -> None:
    first = await one.phase(None, "code", "1")
    await one.phase(first, "code", "given up")
    other = await two.phase(first, "code", "2")
    assert await two.phase(None, "plan", "anew") != other
    back = await one.open()
    await back.restore(other)
    assert content(back) == {"code": "2"}
    begin = await two.open()
    await begin.restore(await begin.first_commit())
    assert content(begin) == {}


async def test_whoever_is_first_says_where_a_build_of_a_repository_begins(
    tmp_path: Path, shared: Path, source: Path
) -> None:
    machines = [Machine(tmp_path / f"m{number}", shared) for number in range(5)]
    opened = await asyncio.gather(
        *(machine.open(repo=str(source), ref=f"b{number}") for number, machine in enumerate(machines))
    )
    firsts = {await workspace.first_commit() for workspace in opened}
    assert firsts == {references(shared)["refs/baton/build-1/base"]}
    assert len({tuple(content(workspace).items()) for workspace in opened}) == 1


async def test_only_the_first_machine_needs_the_repository(one: Machine, two: Machine, source: Path) -> None:
    await one.open(repo=str(source), ref="b1")
    git(source.parent, "-C", str(source), "update-ref", "-d", "refs/heads/b1")
    there = await two.open(repo="/no/such/repository", ref="b1")
    assert content(there) == {"a.txt": "1"}


async def test_fresh_builds_begin_alike_everywhere(one: Machine, two: Machine) -> None:
    opened = await asyncio.gather(one.open(), two.open())
    assert len({await workspace.first_commit() for workspace in opened}) == 1


async def test_to_hand_over_twice_is_to_hand_over_once(one: Machine, shared: Path) -> None:
    commit = await one.phase(None, "code", "1")
    before = references(shared)
    await (await one.open()).hand_over()
    assert references(shared) == before
    assert set(before) == {"refs/baton/build-1/base", f"refs/baton/build-1/commits/{commit}"}


async def test_a_build_that_had_no_remote_can_be_given_one(one: Machine, two: Machine) -> None:
    alone = await one.workspaces.open("build-1")
    (alone.tree / "a").write_text("1")
    await alone.commit("c", author="x")
    await (await one.open()).hand_over()
    there = await two.open()
    assert await there.first_commit() == await alone.first_commit()
    await there.restore((await alone.head()).sha)
    assert content(there) == {"a": "1"}


@pytest.mark.parametrize("build", ["a..b", "x.lock", "dot.", "v1.2"])
async def test_every_build_id_can_name_references(one: Machine, two: Machine, build: str) -> None:
    commit = await one.phase(None, "a", "1", build)
    workspace = await one.open(build)
    await workspace.tag(workspace.release_tag, commit, "Release")
    await workspace.hand_over()
    await (await two.open(build)).restore(commit)


async def test_the_release_is_tagged_there_once(one: Machine, two: Machine, shared: Path) -> None:
    commit = await one.phase(None, "a", "1")
    for machine in (one, two):  # the second attempt, elsewhere, makes a tag of its own
        workspace = await machine.open()
        await workspace.restore(commit)
        await workspace.tag(workspace.release_tag, commit, f"by {machine.workspaces.root.name}")
        await workspace.hand_over()
    assert git(shared, "rev-parse", "refs/baton/build-1/release^{commit}") == commit
    assert "by one" in git(shared, "cat-file", "tag", "refs/baton/build-1/release")


async def test_another_release_of_the_same_build_is_refused(one: Machine, two: Machine) -> None:
    commit = await one.phase(None, "a", "1")
    workspace = await one.open()
    await workspace.tag(workspace.release_tag, commit, "first")
    await workspace.hand_over()
    other = await two.phase(commit, "a", "2")
    there = await two.open()
    await there.tag(there.release_tag, other, "second")
    with pytest.raises(RemoteRefused, match=f"release of this build already, of commit {commit}, not of {other}"):
        await there.hand_over()


async def test_a_release_that_was_given_up_makes_room_for_another(one: Machine, two: Machine, shared: Path) -> None:
    commit = await one.phase(None, "a", "1")
    workspace = await one.open()
    await workspace.tag(workspace.release_tag, commit, "first")
    await workspace.hand_over()
    other = await two.phase(commit, "a", "2")
    there = await two.open()
    for _ in range(2):  # given up already is given up
        await there.give_up_release()
    assert "refs/baton/build-1/release" not in references(shared)
    await there.tag(there.release_tag, other, "second")
    await there.hand_over()
    assert git(shared, "rev-parse", "refs/baton/build-1/release^{commit}") == other


async def test_a_commit_that_nobody_handed_over_is_named_with_the_way_to_do_it(one: Machine) -> None:
    workspace = await one.open()
    with pytest.raises(CommitNotFound, match=r"neither this machine nor the remote .* git push .*/commits/1{40}"):
        await workspace.restore("1" * 40)


async def test_a_commit_that_somebody_pushed_to_a_branch_of_their_own_is_found(
    two: Machine, source: Path, shared: Path
) -> None:
    git(source, "push", "-q", str(shared), "b2:refs/heads/by-hand")
    workspace = await two.open()
    await workspace.restore(git(source, "rev-parse", "b2"))
    assert content(workspace) == {"a.txt": "2"}


async def test_a_remote_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(RemoteRefused, match=r"does not exist\. Make it, with: git init --bare"):
        await Machine(tmp_path / "one", tmp_path / "nowhere.git").open()
    with pytest.raises(RemoteRefused, match="does not appear to be a git repository"):
        await Machine(tmp_path / "one", tmp_path).open()
    assert [path.name for path in (tmp_path / "one").iterdir()] == [".locks"]


async def test_a_remote_that_nobody_may_write_to_is_refused_before_any_work(tmp_path: Path, shared: Path) -> None:
    with daemon(shared, writable=False) as address, pytest.raises(RemoteRefused, match="access denied"):
        await Machine(tmp_path / "one", address).open()


async def test_what_a_hook_of_the_remote_says_is_told(one: Machine, shared: Path) -> None:
    await one.open()
    hook = shared / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'no pushes on Fridays' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteRefused, match="no pushes on Fridays"):
        await one.phase(None, "a", "1")
    hook.unlink()
    await (await one.open()).hand_over()
    assert f"refs/baton/build-1/commits/{(await (await one.open()).head()).sha}" in references(shared)


async def test_a_server_that_is_away_costs_a_retry_and_no_work(tmp_path: Path, shared: Path) -> None:
    port = free_port()
    with daemon(shared, port=port) as address:
        one = Machine(tmp_path / "one", address)
        workspace = await one.open()
    (workspace.tree / "a").write_text("1")
    commit = await workspace.commit("c", author="x")
    with pytest.raises(RemoteUnreachable, match="could not be reached"):
        await workspace.hand_over()
    with pytest.raises(RemoteUnreachable):
        await one.open()
    with daemon(shared, port=port):
        await workspace.hand_over()
    assert f"refs/baton/build-1/commits/{commit.sha}" in references(shared)


async def test_a_password_opens_the_remote_and_is_shown_nowhere(tmp_path: Path, shared: Path) -> None:
    with over_http(shared, user="ann", password="p@ss/w:rd") as address:
        known, stranger = (address.replace("://", f"://ann:{word}@") for word in ("p%40ss%2Fw%3Ard", "hunter2"))
        commit = await Machine(tmp_path / "one", known).phase(None, "a", "1")
        there = await Machine(tmp_path / "two", known).open()
        await there.restore(commit)
        assert content(there) == {"a": "1"}
        with pytest.raises(RemoteRefused, match="Authentication failed") as refused:
            await Machine(tmp_path / "three", stranger).open()
        assert "hunter2" not in str(refused.value)
        with pytest.raises(RemoteRefused, match="could not read Username"):
            await Machine(tmp_path / "three", address).open()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"p@ss" in file.read_bytes()]
