"""What the dead left behind is cleared away, and what the living need is not."""

from baton.workshop.leftovers import clear_left_behind
from baton.workshop.workspace import Workspaces


async def test_what_the_dead_left_in_any_workspace_is_cleared_away(workspaces: Workspaces) -> None:
    ended, busy = await workspaces.open("ended"), await workspaces.open("busy")
    left = [workspaces.root / ".new-third~x1", ended.private / "index-y2", ended.private / "scratch" / "z3"]
    needed = [busy.private / "scratch" / "a4", busy.private / "index-b5"]
    for folder in (*left, *needed):
        (folder / "inside").mkdir(parents=True)
    (ended.private / "reports").mkdir()

    async with busy.exclusive():
        assert await clear_left_behind(workspaces.root) == len(left)

    assert not any(folder.exists() for folder in left)
    assert all(folder.exists() for folder in needed)
    assert (ended.private / "reports").exists()
    assert await clear_left_behind(workspaces.root) == len(needed)
    assert await clear_left_behind(workspaces.root) == 0
    await ended.restore((await ended.head()).sha)


async def test_where_there_is_no_workspace_yet_nothing_is_left(workspaces: Workspaces) -> None:
    workspaces.root.mkdir()
    assert await clear_left_behind(workspaces.root) == 0
