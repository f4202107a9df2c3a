"""Killed at any point, a workspace opens and restores again."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from baton.workshop.errors import WorkspaceError
from baton.workshop.workspace import Workspace, Workspaces

_WORKER = """
import asyncio, sys
from pathlib import Path
from baton.workshop.workspace import Workspaces

async def main():
    number = 0
    while True:
        workspace = await Workspaces(Path(sys.argv[1])).open(sys.argv[2] if number == 0 else f"more-{number}")
        base = await workspace.head()
        for name in range(40):
            (workspace.tree / f"f{name}").write_text(f"{number} {name}" * 500)
        print("at work", flush=True)
        await workspace.commit("c", author="x")
        await workspace.restore(base.sha)
        number += 1

asyncio.run(main())
"""


@pytest.mark.parametrize("seed", range(3))
async def test_a_worker_killed_anywhere_leaves_workspaces_that_work(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "builds"
    _killed_at_work(root, after=random.Random(seed).random() * 0.15)
    names = [path.name for path in root.iterdir() if not path.name.startswith(".")]
    for name in [*names, "made-after"]:
        workspace = await Workspaces(root, lock_seconds=10).open(name)
        head = await workspace.head()
        await workspace.restore(head.sha)
        (workspace.tree / "after").write_text("1")
        after = await workspace.commit("after", author="x")
        assert await workspace.changed_files(head.sha) == ["after"]
        assert await workspace.head() == after


def _killed_at_work(root: Path, *, after: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(root), "build-1"], stdout=subprocess.PIPE, cwd=Path.cwd()
    ) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(after)
        worker.kill()


async def test_locks_and_drafts_of_the_dead_are_cleared_away(workspaces: Workspaces, tmp_path: Path) -> None:
    workspaces.root.mkdir()
    (workspaces.root / ".new-build-1~dead" / "tree").mkdir(parents=True)
    workspace = await workspaces.open("build-1")
    assert sorted(path.name for path in workspaces.root.iterdir()) == [".locks", "build-1"]
    (workspaces.root / "build-1" / "repo.git" / "index.lock").touch()
    (workspaces.root / "build-1" / "repo.git" / "refs" / "heads" / "build.lock").touch()
    (workspace.tree / "a").write_text("1")
    commit = await workspace.commit("c", author="x")
    (workspaces.root / "build-1" / "repo.git" / "index.lock").touch()
    await workspace.restore(commit.sha)
    assert await workspace.head() == commit


async def test_a_draft_of_another_build_is_left_alone(workspaces: Workspaces) -> None:
    other = workspaces.root / ".new-build-10~alive"
    other.mkdir(parents=True)
    await workspaces.open("build-1")
    assert other.exists()


async def test_the_lock_is_free_when_its_holder_dies(workspaces: Workspaces, workspace: Workspace) -> None:
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom baton.workshop.workspace import Workspaces\n"
        "async def main():\n"
        "    workspace = await Workspaces(Path(sys.argv[1])).open('build-1')\n"
        "    async with workspace.exclusive():\n"
        "        print('held', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    _killed_when_it_speaks(script, workspaces.root)
    await workspace.commit("nothing", author="x")


def _killed_when_it_speaks(script: str, root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", script, str(root)], stdout=subprocess.PIPE, cwd=Path.cwd()
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()


@pytest.mark.parametrize("instead", [None, "/", "/etc/passwd"])
async def test_a_tree_that_vanished_is_brought_back(workspace: Workspace, instead: str | None) -> None:
    (workspace.tree / "a").write_text("1")
    commit = await workspace.commit("c", author="x")
    shutil.rmtree(workspace.tree)
    if instead is not None:
        workspace.tree.symlink_to(instead)
    with pytest.raises(WorkspaceError, match="is gone; restore"):
        await workspace.commit("nothing to see", author="x")
    await workspace.restore(commit.sha)
    assert (workspace.tree / "a").read_text() == "1"
