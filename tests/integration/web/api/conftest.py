"""One house for all: a Temporal, a worker, a database file and a gateway."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from baton.runtime.embedded import EmbeddedTemporal
from tests.integration.web.api.house import House, house

_GUARDED = """
[profile]
description = "By hand, with an approval before the release."

[roles.q_assistant]
runner = "manual"
[roles.code_writer]
runner = "manual"
[roles.test_auditor]
runner = "manual"
[roles.verification_overseer]
runner = "manual"
[roles.release_manager]
runner = "manual"

[gates.approvals.handoff_to_releaser]
approvers = ["approver", "grace"]
deadline = "2h"

[limits]
rework_rounds = 1
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def own_temporal() -> AsyncIterator[EmbeddedTemporal]:
    """A server beside the one of other tests: the house's worker would take their work."""
    async with EmbeddedTemporal(ui=False) as server:
        yield server


@pytest.fixture(scope="session")
def there(
    own_temporal: EmbeddedTemporal, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The house, for all tests that run in this process: their builds and projects have names of their own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(sqlite_template, folder / "baton.db")
    (folder / "profiles").mkdir()
    (folder / "profiles" / "guarded.toml").write_text(_GUARDED)
    url = f"sqlite:///{folder / 'baton.db'}"
    with house(folder, own_temporal.address, url, profiles=folder / "profiles") as open_:
        yield open_
