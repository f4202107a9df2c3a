"""A Temporal with what builds carry, and a command line that finds it."""

import pytest
import pytest_asyncio
from temporalio.client import Client

from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.search_attributes import ensure_search_attributes
from gateway.builds import Builds
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.command_line import CommandLine


@pytest_asyncio.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await ensure_search_attributes(client, WANTED_SEARCH_ATTRIBUTES)
    return client


@pytest.fixture
def builds(client: Client) -> Builds:
    return Builds(client)


@pytest.fixture
def here(cli: CommandLine, temporal_server: EmbeddedTemporal, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of somebody whose environment names the server."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    return cli
