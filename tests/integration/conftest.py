"""A real Temporal server for the tests of this folder: in memory, on free ports, without a Web UI.

The server is a program of its own, so one serves the whole session; the client belongs to the event loop of
its test and is made anew for each.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from baton.runtime.embedded import EmbeddedTemporal


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[EmbeddedTemporal]:
    async with EmbeddedTemporal(ui=False) as server:
        yield server


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    return await temporal_server.connect()
