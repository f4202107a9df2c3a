"""All that a build needs, on this machine: Temporal with its Web UI, the mirror in SQL, a worker, and a gateway.

<home>/temporal/     the server's state and log
<home>/baton.db      the mirror, unless the settings name another database
<home>/worker.log    what the workers said
<home>/gateway.log   what the gateways said
<home>/workspaces/   the builds' git workspaces
<home>/releases/     finished archives
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from sqlalchemy import Engine
from temporalio.client import Client

from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.payloads import converter_of, ring_of
from baton.runtime.ports import LOOPBACK, free_port
from baton.runtime.settings import Settings, variable_of
from baton.store import schema
from baton.store.beside import beside
from baton.store.engine import open_engine
from gateway.codec.paths import CODEC_PATH
from gateway.embedded.gateway_process import GatewayProcess
from gateway.embedded.worker_process import WorkerProcess
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES

_WORKER_GRACE_SECONDS = 5.0
"""On top of what running phases are given by the settings."""

_GATEWAY_GRACE_SECONDS = 8.0

_NOT_HERE = {"deployment", "deployment_version"}
"""There is one worker, which nobody promotes: it belongs to no deployment."""


class Stack:
    """Runs for as long as its context lasts; nothing of it stays behind when this process dies.

    Ports that are not given are free ones; without ``gateway_port`` there is no gateway. ``environ`` is what the worker
    and its runners see, Temporal's address aside. Entering raises EmbeddedTemporalError, AlreadyRunning, StoreError,
    WorkerFailed and GatewayFailed; making it, KeysUnusable.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        port: int | None = None,
        ui_port: int | None = None,
        gateway_port: int | None = None,
    ) -> None:
        self.settings = settings
        self._gateway_port = gateway_port
        self._environ = environ
        self._temporal = EmbeddedTemporal(
            settings.home / "temporal",
            port=port,
            ui_port=ui_port,
            search_attributes=WANTED_SEARCH_ATTRIBUTES,
            ui_codec_endpoint=_codec_endpoint(settings, gateway_port),
            data_converter=converter_of(settings),
        )
        self._contexts = AsyncExitStack()
        self._engine: Engine | None = None
        self._client: Client | None = None
        self._worker: WorkerProcess | None = None
        self.gateway: GatewayProcess | None = None
        """The gateway, where there is one."""

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as contexts:
            self._engine = open_engine(self.settings.database_url)
            contexts.callback(self._engine.dispose)
            await contexts.enter_async_context(self._temporal)
            await beside(schema.upgrade, self._engine)
            self._client = await self._temporal.connect()
            self._worker = WorkerProcess(self._environment(), log=self.worker_log)
            contexts.push_async_callback(self._worker.stop, self._grace_seconds)
            # Both take their time to load: side by side.
            self._worker.start()
            if self._gateway_port is not None:
                self._start_gateway(self._gateway_port, contexts)
            await self._worker.until_ready(self._client)
            if self.gateway is not None:
                await self.gateway.until_ready()
            self._contexts = contexts.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._contexts.aclose()

    @property
    def address(self) -> str:
        """Where clients reach Temporal."""
        return self._temporal.address

    @property
    def ui_url(self) -> str:
        """Temporal's Web UI."""
        return self._temporal.ui_url or ""

    @property
    def worker_log(self) -> Path:
        """What the workers said, one after another."""
        return self.settings.home / "worker.log"

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers; empty without one."""
        return "" if self.gateway is None else self.gateway.url

    @property
    def gateway_log(self) -> Path:
        """What the gateways said, one after another."""
        return self.settings.home / "gateway.log"

    @property
    def client(self) -> Client:
        """A client of the server."""
        assert self._client is not None, "the stack has not been entered"
        return self._client

    @property
    def engine(self) -> Engine:
        """The mirror's database."""
        assert self._engine is not None, "the stack has not been entered"
        return self._engine

    @property
    def worker(self) -> WorkerProcess:
        """The worker."""
        assert self._worker is not None, "the stack has not been entered"
        return self._worker

    @property
    def temporal_runs(self) -> bool:
        """Whether the server's process is there."""
        return self._temporal.pid is not None

    async def start_temporal(self) -> None:
        """Start the server again when it has died: same ports, same state."""
        self._temporal.kill()
        await self._temporal.start()

    async def start_worker(self) -> None:
        """Start the worker, also again when it has died; return when it takes work. Raises WorkerFailed."""
        self.worker.start()
        await self.worker.until_ready(self.client)

    async def open_gateway(self) -> None:
        """Have a gateway from now on; return when it answers. Raises GatewayFailed."""
        await self._start_gateway(free_port(), self._contexts).until_ready()

    async def start_gateway(self) -> None:
        """Start the gateway again when it has died: same port. Raises GatewayFailed."""
        assert self.gateway is not None, "there is no gateway"
        self.gateway.start()
        await self.gateway.until_ready()

    def kill_worker(self) -> None:
        """End the worker as a crash would: SIGKILL."""
        self.worker.kill()

    @property
    def _grace_seconds(self) -> float:
        return self.settings.graceful_shutdown_seconds + _WORKER_GRACE_SECONDS

    def _environment(self) -> dict[str, str]:
        given = self.settings.model_dump(mode="json", exclude_none=True, exclude=_NOT_HERE)
        told = {variable_of(field): str(value) for field, value in given.items()}
        kept = {name: text for name, text in self._environ.items() if name not in map(variable_of, _NOT_HERE)}
        return environment_for(self.address, kept) | told

    def _start_gateway(self, port: int, contexts: AsyncExitStack) -> GatewayProcess:
        environ = {variable_of("temporal_ui_url"): self.ui_url} | self._environment()
        self.gateway = GatewayProcess(environ, port=port, log=self.gateway_log)
        contexts.push_async_callback(self.gateway.stop, _GATEWAY_GRACE_SECONDS)
        self.gateway.start()
        return self.gateway


def _codec_endpoint(settings: Settings, gateway_port: int | None) -> str | None:
    """Where Temporal's Web UI has payloads decrypted, if they are encrypted."""
    if gateway_port is None or not ring_of(settings):
        return None
    return f"http://{LOOPBACK}:{gateway_port}{CODEC_PATH}"
