"""What all systems of a run share: one Temporal server, one PostgreSQL server, one folder."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.converter import DataConverter

from baton.runtime.client import TemporalUnavailable, connect_plainly, environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.encryption.conversion import PLAIN
from baton.runtime.search_attributes import SearchAttributeError, ensure_search_attributes
from bench.systems.postgresql import Postgresql, postgresql
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
_NAMESPACE_SECONDS = 30
_RETENTION = Duration(seconds=86_400)


@dataclass
class Stage:
    """Everything is below ``folder``, and goes with the run."""

    folder: Path
    temporal: EmbeddedTemporal
    postgresql: Postgresql | None

    @property
    def server_pid(self) -> int:
        """The Temporal server's process."""
        assert self.temporal.pid is not None, "the Temporal server has died"
        return self.temporal.pid

    async def namespace(self, name: str, converter: DataConverter = PLAIN) -> Client:
        """A client of a new namespace with the search attributes of builds."""
        await (await self.temporal.connect()).workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=_RETENTION)
        )
        async with asyncio.timeout(_NAMESPACE_SECONDS):
            while True:  # the server's parts learn of it one after the other
                try:
                    client = await connect_plainly(self.temporal.address, namespace=name, data_converter=converter)
                    await ensure_search_attributes(client, WANTED_SEARCH_ATTRIBUTES)
                except (TemporalUnavailable, SearchAttributeError):
                    await asyncio.sleep(0.2)
                else:
                    return client

    def environment(self, namespace: str, **more: str) -> dict[str, str]:
        """The environment of a worker in ``namespace``."""
        unwanted = ("BATON_", "PYTHONDONTWRITEBYTECODE")  # without compiled modules nothing starts as it does elsewhere
        kept = {name: text for name, text in os.environ.items() if not name.startswith(unwanted)}
        path = os.pathsep.join([str(self.folder / "installed"), str(ROOT)])
        return environment_for(self.temporal.address, kept, namespace=namespace) | {"PYTHONPATH": path} | more

    def logs(self) -> Iterator[Path]:
        """What the workers said."""
        yield from sorted(self.folder.glob("*.log"))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Set it up. The server has its state in a file, as ``starter.py dev`` has it."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as name:
        folder = Path(name)
        temporal = EmbeddedTemporal(folder / "temporal", ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES)
        async with temporal:
            with postgresql(folder) as database:
                yield Stage(folder, temporal, database)
