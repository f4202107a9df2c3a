"""The workspace of a fork, as a worker makes it: real git, and a program that goes on with what is there."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.begin_fork import BeginFork
from baton.contracts.errors import COMMIT_GONE, REMOTE_UNREACHABLE
from baton.contracts.messages import BeginFork as Order
from baton.domain.ledger import Ledger
from baton.domain.lineage import Lineage
from baton.domain.vocabulary import Phase
from baton.runtime.ports import free_port
from tests.activities.conftest import Bench
from tests.orders import an_order

WRITING = """
import pathlib
file = pathlib.Path("code.py")
file.write_text((file.read_text() if file.exists() else "") + "# written\\n")
print("{}")
"""


def an_origin(commit: str | None) -> Lineage:
    return Lineage(
        build_id="adder-1",
        first_run_id="run-1",
        sequence=7,
        hash="ab" * 32,
        phase=Phase.IMPLEMENTATION,
        run=1,
        commit=commit,
        ledger=Ledger(),
        seconds=0,
    )


async def begin(bench: Bench, commit: str | None, base: str | None = None) -> None:
    order = Order(
        request=an_order(Phase.TESTING, build_id="fork-1").request, origin=an_origin(commit), base_commit=base
    )
    activity = BeginFork(bench.profiles, bench.workspaces, bench.surroundings)
    await ActivityEnvironment().run(activity.begin_fork, order)


async def test_a_fork_works_on_with_the_commit_and_its_origin_stays(bench: Bench) -> None:
    bench.program(WRITING, options='sandbox = "off"')
    first = await bench.perform(an_order(Phase.IMPLEMENTATION))
    await bench.perform(an_order(Phase.IMPLEMENTATION, number=2, commit=first.commit))
    origin = await (await bench.workspace()).head()
    await begin(bench, first.commit, first.base)
    await begin(bench, first.commit, first.base)  # an attempt whose answer was lost
    ordered: dict[str, Any] = {"number": 3, "commit": first.commit, "base_commit": first.base}
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, build_id="fork-1", **ordered))

    fork = await bench.workspace("fork-1")
    assert await fork.read(report.commit or "", "code.py") == b"# written\n# written\n"
    assert await fork.first_commit() == first.base
    assert report.base is None
    assert await (await bench.workspace()).head() == origin


async def test_a_commit_that_is_gone_is_no_matter_of_trying_again(bench: Bench, tmp_path: Path) -> None:
    bench.profile()
    with pytest.raises(ApplicationError, match="is gone: it is not in the workspace") as caught:
        await begin(bench, "0123456789" * 4)
    assert (caught.value.type, caught.value.non_retryable) == (COMMIT_GONE, True)
    assert not (tmp_path / "workspaces" / "fork-1").exists()


async def test_a_shared_repository_that_is_away_is_asked_again(bench: Bench) -> None:
    bench.profile(rest=f'[workspace]\nremote = "git://127.0.0.1:{free_port()}/x.git"\n')
    with pytest.raises(ApplicationError) as caught:
        await begin(bench, "0123456789" * 4)
    assert (caught.value.type, caught.value.non_retryable) == (REMOTE_UNREACHABLE, False)
