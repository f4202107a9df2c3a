"""What the programs of these tests see, and the stack that those share which do not harm it for good."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.doors.conftest import environ
from tests.integration.doors.programs import left_behind
from tests.integration.survival.ground import Ground, ground

__all__ = ["environ", "shared"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> AsyncIterator[Ground]:
    """One stack for the tests of a module; every test leaves it with a running worker."""
    folder = tmp_path_factory.mktemp("ground")
    async with ground(folder, environ) as made:
        yield made
    assert left_behind(folder) == []
