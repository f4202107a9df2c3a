"""One Temporal with builds of every sort, whose workers are gone; and databases to be filled from it."""

import pytest
import pytest_asyncio
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.runtime.embedded import EmbeddedTemporal
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from gateway.worker.readiness import prepare_namespace
from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template
from tests.integration.mirroring.ground import CONTINUED, Ground, play_all
from tests.workflow.stage import stage, terms

__all__ = ["database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ground(temporal_server: EmbeddedTemporal, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The builds, played by real workers that wrote a database of their own."""
    client = await temporal_server.connect()
    await prepare_namespace(client)
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('ground') / 'mirror.db'}")
    schema.upgrade(engine)
    mirror = JournalMirror(JournalWriter(Mirror(engine))).mirror_journal
    async with stage(client, mirror_journal=mirror) as scene:
        scene.profiles = {"script": terms(), "long": terms(**CONTINUED)}
        played = await play_all(scene, engine)
    engine.dispose()
    return played
