"""The real stack of a round: Temporal with its state in a file, a database, two workers, a gateway, and the wires
between them, all below one folder and all gone with the context.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from temporalio.client import Client

from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ports import free_port
from baton.store import schema
from baton.store.engine import open_engine
from gateway.embedded.gateway_process import GatewayProcess
from gateway.embedded.worker_process import WorkerProcess
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.chaos.database import Postgresql, Sqlite, postgresql
from tests.chaos.marks import Marks
from tests.chaos.profiles import write_profiles
from tests.chaos.proxy import Proxy, to_port

DISK_BYTES = 192 * 1024 * 1024
_GRACE_SECONDS = 25.0
_START_SECONDS = 240.0
"""A machine that is busy with the builds of the round lets a worker wait for its start."""


@dataclass
class Scene:
    """Everything of a round that can be broken, and the ways past what is broken."""

    folder: Path
    home: Path
    temporal: EmbeddedTemporal
    client: Client
    database: Postgresql | Sqlite
    engine: Engine
    workers: list[WorkerProcess]
    links: list[Proxy]
    gateway: GatewayProcess | None
    marks: Marks
    small_disk: bool
    held: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def logs(self) -> list[Path]:
        """What workers and gateway said."""
        return sorted(self.folder.glob("*.log"))

    @property
    def temporary(self) -> Path:
        """The TMPDIR of workers and gateway."""
        return self.folder / "tmp"

    async def heal(self) -> None:
        """Everything is there and works. Raises what keeps a part from starting again."""
        for link in self.links:
            link.mend()
        if isinstance(self.database, Postgresql):
            self.database.proxy.mend()
            await self.database.start()
        if self.temporal.pid is None:
            await self.temporal.start()
        for worker in self.workers:
            if worker.pid is None:
                worker.start()
        if self.gateway is not None and self.gateway.pid is None:
            self.gateway.start()
        for worker in self.workers:
            await worker.until_ready(self.client, seconds=_START_SECONDS)
        if self.gateway is not None:
            await self.gateway.until_ready(seconds=_START_SECONDS)

    async def end_doors(self) -> dict[str, int | None]:
        """End workers and gateway in good order; how each of them ended."""
        doors = {f"worker {number}": worker for number, worker in enumerate(self.workers)}
        every = doors | ({} if self.gateway is None else {"gateway": self.gateway})
        await asyncio.gather(*(door.stop(_GRACE_SECONDS) for door in every.values()))
        return {name: door.exit_code for name, door in every.items()}


@asynccontextmanager
async def scene(
    folder: Path, environ: Mapping[str, str], *, sqlite: bool, gateway: bool, workers: int = 2
) -> AsyncIterator[Scene]:
    """Set it up below ``folder``, which is empty."""
    for name in ("home", "profiles", "marks", "tmp"):
        (folder / name).mkdir()
    home, marks = folder / "home", folder / "marks"
    write_profiles(folder / "profiles", marks)
    async with AsyncExitStack() as stack:
        small_disk = stack.enter_context(_small_disk(home))
        database = (
            Sqlite(home / "baton.db") if sqlite else await stack.enter_async_context(postgresql(folder / "postgresql"))
        )
        engine = open_engine(database.own_url)
        stack.callback(engine.dispose)
        await asyncio.to_thread(schema.upgrade, engine)
        port = free_port()
        temporal = EmbeddedTemporal(
            folder / "temporal", port=port, ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES
        )
        await stack.enter_async_context(temporal)
        links = [await stack.enter_async_context(Proxy(to_port(port))) for _ in range(workers)]
        told = dict(environ) | {
            "BATON_HOME": str(home),
            "BATON_DATABASE_URL": database.worker_url,
            "BATON_PROFILES": str(folder / "profiles"),
            "BATON_HEARTBEAT_SECONDS": "0.5",
            "BATON_MAX_CONCURRENT_PHASES": "3",
            "BATON_GRACEFUL_SHUTDOWN_SECONDS": "15",
            "TMPDIR": str(folder / "tmp"),
        }
        doors = [
            WorkerProcess(environment_for(link.address, told), log=folder / f"worker-{number}.log")
            for number, link in enumerate(links)
        ]
        street = (
            GatewayProcess(environment_for(temporal.address, told), port=free_port(), log=folder / "gateway.log")
            if gateway
            else None
        )
        made = Scene(
            folder=folder,
            home=home,
            temporal=temporal,
            client=await temporal.connect(),
            database=database,
            engine=engine,
            workers=doors,
            links=links,
            gateway=street,
            marks=Marks(marks),
            small_disk=small_disk,
        )
        for door in (*doors, street):
            if door is not None:
                stack.callback(door.kill)
                door.start()
        await made.heal()
        yield made


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own at ``folder``, which can be filled without harm to others; ``False`` where none can be had."""
    options = f"size={DISK_BYTES},mode=755"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
