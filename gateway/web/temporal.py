"""Temporal as the gateway has it: a client that comes when Temporal does, and whether it answers now."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from baton.runtime.client import TemporalConnectionError, TemporalUnavailable
from baton.runtime.diagnosis import reason_of
from baton.runtime.encryption.conversion import PLAIN
from baton.runtime.patience import connect_with_patience
from gateway.builds import Builds
from gateway.meanwhile import meanwhile
from gateway.web.remembering import Memory
from gateway.web.sharing import SharedBuilds, Sharing

log = logging.getLogger("baton.gateway")

_LOOK_SECONDS = 1.0
_ANSWER_SECONDS = 2.0


class Temporal:
    """One Temporal. Enter :meth:`watched` first. A ``client`` may be given; else the environment says where it is, and
    ``data_converter`` is that of the client."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        client: Client | None = None,
        data_converter: DataConverter = PLAIN,
        answer_seconds: float = 15.0,
    ) -> None:
        self.data_converter = data_converter if client is None else client.data_converter
        self._environ = environ
        self._client = client
        self._answer_seconds = answer_seconds
        self._sharing = Sharing()
        self._memory = Memory()
        self._away: str | None = None if client is not None else "Temporal has not answered yet"

    @property
    def away(self) -> str | None:
        """Why Temporal cannot be asked now; ``None`` when it can."""
        return self._away

    @property
    def client(self) -> Client:
        """The client. Raises TemporalUnavailable while Temporal is away, at once and not after a wait."""
        if self._client is None or self._away is not None:
            where = "" if self._client is None else self._client.service_client.config.target_host
            raise TemporalUnavailable(self._away or "Temporal has not answered yet", where)
        return self._client

    @property
    def namespace(self) -> str | None:
        """The namespace, once Temporal has answered."""
        return None if self._client is None else self._client.namespace

    @property
    def builds(self) -> Builds:
        """The builds there. Raises TemporalUnavailable."""
        return SharedBuilds(self.client, self._sharing, self._memory, answer_seconds=self._answer_seconds)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look after the connection for as long as the context lasts."""
        async with meanwhile(self._watch(), "connection to Temporal"):
            yield

    async def _watch(self) -> None:
        if self._client is None:
            self._client = await self._connected()
            self._away = None
        while True:
            await self._look(self._client)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _connected(self) -> Client:
        while True:
            try:
                return await connect_with_patience(
                    on_wait=self._wait, environ=self._environ, data_converter=self.data_converter
                )
            except TemporalConnectionError as error:
                self._wait(str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    def _wait(self, reason: str) -> None:
        log.warning("%s", reason)
        self._away = reason

    async def _look(self, client: Client) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await client.workflow_service.get_system_info(GetSystemInfoRequest(), retry=False)
        except (RPCError, TimeoutError) as error:
            why = reason_of(error) if isinstance(error, RPCError) else f"no answer within {_ANSWER_SECONDS:g} s"
            if self._away is None:
                log.warning("Temporal is away: %s", why)
            self._away = f"Temporal at {client.service_client.config.target_host} does not answer: {why}"
        else:
            if self._away is not None:
                log.info("Temporal answers again")
            self._away = None
