"""What the machines of these tests have in common: Temporal, the orchestrator, and the address of a repository."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.engine import open_engine
from gateway.worker.assembly import orchestrator
from gateway.worker.readiness import prepare_namespace
from tests.installed import declared_runners
from tests.integration.doors.conftest import environ
from tests.shared_repository import bare, daemon

__all__ = ["environ"]

_PLAYER = Path(__file__).with_name("player.py")


@dataclass(frozen=True)
class Shared:
    """The bare repository, and the address by which machines know it."""

    repository: Path
    address: str


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    """A repository behind git's own protocol."""
    repository = bare(tmp_path / "shared.git")
    with daemon(repository) as address:
        yield Shared(repository, address)


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


@pytest.fixture
async def orchestrated(client: Client, tmp_path: Path) -> AsyncIterator[None]:
    """The worker that carries builds; it plays no role."""
    settings = Settings.from_environment(
        {}, home=tmp_path / "orchestrator", profiles=profiles(tmp_path, "orchestrator")
    )
    engine = open_engine(settings.database_url)
    schema.upgrade(engine)
    async with orchestrator(client, settings, Profiles(settings.profiles, declared_runners()), engine):
        yield
    engine.dispose()


@pytest.fixture
def machine_environ(environ: dict[str, str], temporal_server: EmbeddedTemporal, shared: Shared) -> dict[str, str]:
    """What the workers on all machines are told."""
    return environment_for(temporal_server.address, environ) | {"SHARED": shared.address}


def profiles(folder: Path, machine: str) -> Path:
    """The machine's own copy of the profile."""
    own = folder / f"{machine}-profiles"
    own.mkdir()
    role = (
        f'runner = "command"\ncommand = ["{{python}}", "{_PLAYER}"]\nenv = ["MACHINE", "HOLD"]\nsandbox = "off"\n'
        'timeout = "2m"\nheartbeat = "1s"\nbackoff = 0.1\n'
    )
    text = "".join(f"[roles.{name.value}]\n{role}\n" for name in Role)
    (own / "handed.toml").write_text(f'{text}\n[workspace]\nremote_from = "SHARED"\n')
    return own
