"""The memory of an order, beside a real workspace."""

from pathlib import Path
from typing import Any

import pytest

from baton.domain.attempts import Attempt, Expenses, Resumption
from baton.domain.evidence import Usage
from baton.domain.vocabulary import Phase
from baton.runners.memory import Memory
from baton.workshop.workspace import Workspace, Workspaces
from tests.orders import an_order

ORDER = an_order(Phase.IMPLEMENTATION)


@pytest.fixture
async def workspace(tmp_path: Path) -> Workspace:
    return await Workspaces(tmp_path / "builds", lock_seconds=5).open("adder-1")


class Ear:
    """What the activity would tell Temporal."""

    def __init__(self) -> None:
        self.heard: list[Expenses] = []

    @property
    def requests(self) -> list[int | None]:
        return [told.usage.requests if told.usage else None for told in self.heard]


async def begin(workspace: Workspace, number: int = 1, ear: Ear | None = None, **more: Any) -> Memory:
    memory = Memory.of(workspace, more.pop("order", ORDER))
    base = more.pop("base", None) or (await workspace.head()).sha
    told = (ear or Ear()).heard.append
    await memory.begin(workspace, base, number=number, before=more.pop("before", None), told=told)
    return memory


def write(workspace: Workspace, text: str, name: str = "a.py") -> None:
    (workspace.tree / name).write_text(text)


async def test_the_first_attempt_remembers_nothing(workspace: Workspace) -> None:
    memory = await begin(workspace)
    assert (memory.attempt, memory.interrupted, memory.elsewhere) == (1, None, False)
    assert memory.expenses == Expenses(attempts=(Attempt(number=1),))
    assert memory.folder.is_dir()
    assert memory.folder.is_relative_to(workspace.private)


async def test_everybody_in_the_process_has_the_same_memory_of_an_order(workspace: Workspace) -> None:
    memory = await begin(workspace)
    assert Memory.of(workspace, ORDER) is memory
    assert Memory.of(workspace, an_order(Phase.IMPLEMENTATION, number=2)) is not memory
    assert Memory.of(workspace, an_order(Phase.IMPLEMENTATION, journal_head="cd" * 32)) is not memory


async def test_what_is_spent_is_told_at_once_and_adds_up_over_attempts(workspace: Workspace) -> None:
    ear = Ear()
    memory = await begin(workspace, ear=ear)
    memory.spend(Usage(requests=1))
    memory.spend(Usage(requests=3))
    memory.end("runner_failed")
    await begin(workspace, 2, ear)
    memory.spend(Usage(requests=2))
    assert ear.requests == [None, 1, 3, 3, 3, 5]
    assert memory.expenses.usage == Usage(requests=5)
    assert [attempt.failure for attempt in memory.expenses.attempts] == ["runner_failed", ""]


@pytest.mark.parametrize("cost", [float("nan"), float("inf")])
async def test_usage_that_no_journal_could_carry_is_refused_and_not_kept(workspace: Workspace, cost: float) -> None:
    memory = await begin(workspace)
    memory.spend(Usage(requests=1))
    with pytest.raises(ValueError, match="cannot carry"):
        memory.spend(Usage.model_validate({"requests": 2, "price": cost}))
    assert memory.expenses.usage == Usage(requests=1)


async def test_an_attempt_says_how_it_took_up_the_work(workspace: Workspace) -> None:
    memory = await begin(workspace)
    memory.resumed(Resumption.FULL, "the files are there")
    (attempt,) = memory.expenses.attempts
    assert (attempt.resumed, attempt.why) == (Resumption.FULL, "the files are there")


async def test_the_tree_of_an_attempt_that_was_killed_is_kept(workspace: Workspace) -> None:
    base = (await workspace.head()).sha
    memory = await begin(workspace)
    write(workspace, "half done")
    await begin(workspace, 2)
    assert memory.interrupted is not None
    await workspace.restore(base)
    await workspace.bring_back(memory.interrupted)
    assert (workspace.tree / "a.py").read_text() == "half done"
    assert (await workspace.head()).sha == base
    assert [attempt.failure for attempt in memory.expenses.attempts] == ["interrupted", ""]


@pytest.mark.parametrize("failure", ["runner_failed", "cancelled"])
async def test_the_tree_of_an_attempt_that_ended_is_not_kept(workspace: Workspace, failure: str) -> None:
    memory = await begin(workspace)
    write(workspace, "half done")
    memory.end(failure)
    await begin(workspace, 2)
    assert memory.interrupted is None


async def test_an_attempt_that_is_killed_before_it_did_anything_loses_nothing(workspace: Workspace) -> None:
    base = (await workspace.head()).sha
    memory = await begin(workspace)
    write(workspace, "an hour of work")
    await begin(workspace, 2)
    kept = memory.interrupted
    await workspace.restore(base)
    await begin(workspace, 3)
    assert memory.interrupted == kept
    write(workspace, "two hours of work")
    await begin(workspace, 4)
    assert memory.interrupted not in (kept, None)


async def test_what_was_committed_and_not_reported_is_kept_too(workspace: Workspace) -> None:
    base = (await workspace.head()).sha
    memory = await begin(workspace)
    write(workspace, "done")
    await workspace.commit("done", author="x")
    await begin(workspace, 2, base=base)
    assert memory.interrupted is not None
    await workspace.restore(base)
    await workspace.bring_back(memory.interrupted)
    assert (workspace.tree / "a.py").read_text() == "done"


@pytest.mark.parametrize("ruin", ["gone", "a file", "a link"])
async def test_a_tree_that_cannot_be_kept_is_no_reason_to_fail(workspace: Workspace, tmp_path: Path, ruin: str) -> None:
    memory = await begin(workspace)
    workspace.tree.rmdir()
    if ruin == "a file":
        workspace.tree.write_text("")
    elif ruin == "a link":
        workspace.tree.symlink_to(tmp_path)
    await begin(workspace, 2)
    assert (memory.interrupted, memory.attempt) == (None, 2)


BEFORE = Expenses(
    usage=Usage(requests=7),
    attempts=(
        Attempt(number=1, failure="runner_failed", usage=Usage(requests=3)),
        Attempt(number=2, usage=Usage(requests=4)),
    ),
)


async def test_attempts_on_another_machine_are_known_by_what_they_told(workspace: Workspace) -> None:
    ear = Ear()
    memory = await begin(workspace, 3, ear, before=BEFORE)
    assert (memory.attempt, memory.elsewhere, memory.interrupted) == (3, True, None)
    assert ear.requests == [7]
    assert [(one.number, one.failure) for one in memory.expenses.attempts] == [
        (1, "runner_failed"),
        (2, "interrupted"),
        (3, ""),
    ]


async def test_attempts_that_told_nothing_ran_elsewhere_all_the_same(workspace: Workspace) -> None:
    memory = await begin(workspace, 3)
    assert (memory.attempt, memory.elsewhere) == (3, True)


async def test_what_is_known_here_is_not_counted_again(workspace: Workspace) -> None:
    memory = await begin(workspace)
    memory.spend(Usage(requests=3))
    memory.end("runner_failed")
    await begin(workspace, 2, before=memory.expenses)
    assert (memory.elsewhere, memory.expenses.usage) == (False, Usage(requests=3))
    await begin(
        workspace, 4, before=Expenses(attempts=(*memory.expenses.attempts, Attempt(number=3), Attempt(number=4)))
    )
    assert memory.elsewhere
    assert [attempt.number for attempt in memory.expenses.attempts] == [1, 2, 3, 4]


async def test_attempts_are_numbered_on_when_temporal_counts_from_one_again(workspace: Workspace) -> None:
    memory = await begin(workspace)
    memory.end("runner_failed")
    await begin(workspace, 2)
    await begin(workspace, 1)
    assert (memory.attempt, [one.number for one in memory.expenses.attempts]) == (3, [1, 2, 3])


async def test_an_order_that_was_reported_starts_anew(workspace: Workspace) -> None:
    memory = await begin(workspace)
    memory.spend(Usage(requests=3))
    (memory.folder / "conversation").mkdir()
    (memory.folder / "conversation" / "1.json").write_text("{}")
    memory.end()
    await begin(workspace)
    assert (memory.attempt, memory.expenses.usage, memory.interrupted) == (1, None, None)
    assert [path.name for path in memory.folder.iterdir()] == ["attempts.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"attempts": [{"number": 0}]}', b'{"open": "what?"}'])
async def test_a_record_that_cannot_be_read_is_none(workspace: Workspace, content: bytes) -> None:
    memory = await begin(workspace)
    memory.spend(Usage(requests=3))
    (memory.folder / "attempts.json").write_bytes(content)
    assert (memory.attempt, memory.expenses) == (1, Expenses())
    await begin(workspace)
    assert memory.expenses == Expenses(attempts=(Attempt(number=1),))


async def test_a_record_of_an_earlier_version_is_read(workspace: Workspace) -> None:
    memory = await begin(workspace)
    (memory.folder / "attempts.json").write_text('{"attempts": [{"number": 1, "failure": "x"}], "uncounted": true}')
    await begin(workspace, 2)
    assert memory.attempt == 2


async def test_a_runner_without_an_activity_may_spend_too(workspace: Workspace) -> None:
    memory = Memory.of(workspace, ORDER)
    memory.spend(Usage(requests=1))
    assert memory.expenses == Expenses(usage=Usage(requests=1), attempts=(Attempt(number=1, usage=Usage(requests=1)),))
    memory.end()
    assert not memory.expenses.attempts[0].failure
