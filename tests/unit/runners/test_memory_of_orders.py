"""What is remembered of one order while others are carried out."""

from pathlib import Path

import pytest

from baton.domain.evidence import Usage
from baton.domain.vocabulary import Phase
from baton.runners.memory import Memory, forget_all, overtaken
from baton.workshop.workspace import Workspace, Workspaces
from tests.orders import an_order


@pytest.fixture
async def workspace(tmp_path: Path) -> Workspace:
    return await Workspaces(tmp_path / "builds", lock_seconds=5).open("adder-1")


def spent(workspace: Workspace, number: int, requests: int) -> None:
    Memory.of(workspace, an_order(Phase.IMPLEMENTATION, number=number)).spend(Usage(requests=requests))


def told(workspace: Workspace, number: int, *numbers: int) -> list[int]:
    order = an_order(Phase.IMPLEMENTATION, number=number, overtaken=numbers)
    return [one.usage.requests for one in overtaken(workspace, order) if one.usage]


async def test_only_orders_that_were_overtaken_are_counted_afterwards(workspace: Workspace) -> None:
    assert told(workspace, 1, 1) == []
    for number in (1, 2, 3, 12):
        spent(workspace, number, requests=number)
    assert told(workspace, 13) == []
    assert told(workspace, 13, 2) == [2]
    assert told(workspace, 13, 1, 2, 12, 99) == [1, 12, 2]
    own = an_order(Phase.IMPLEMENTATION, number=3)
    assert [one.usage for one in overtaken(workspace, own.model_copy(update={"overtaken": ()}))] == []


async def test_of_the_last_order_only_what_it_spent_is_kept(workspace: Workspace) -> None:
    for number in (1, 2):
        spent(workspace, number, requests=number)
    last = an_order(Phase.IMPLEMENTATION, number=3)
    memory = Memory.of(workspace, last)
    memory.spend(Usage(requests=3))
    (memory.folder / "conversation.json").write_text("{}")
    (memory.folder / "folder").mkdir()
    (memory.folder / "link").symlink_to(workspace.private)
    forget_all(workspace, but=last)
    assert [folder.name.partition("-")[0] for folder in memory.folder.parent.iterdir()] == ["3"]
    assert [path.name for path in memory.folder.iterdir()] == ["attempts.json"]
    assert told(workspace, 4, 1, 2, 3) == [3]


async def test_there_may_be_nothing_to_forget(workspace: Workspace) -> None:
    forget_all(workspace, but=an_order(Phase.IMPLEMENTATION))
    assert not (workspace.private / "memory").exists()
