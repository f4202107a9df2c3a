"""The real server, with what builds carry, and both databases."""

import pytest
from temporalio.client import Client

from baton.runtime.embedded import EmbeddedTemporal
from gateway.worker.readiness import prepare_namespace
from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template

__all__ = ["client", "database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client
