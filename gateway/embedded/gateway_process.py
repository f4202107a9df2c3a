"""The gateway in a process of its own, which does not outlive this one."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from baton.runtime.ports import LOOPBACK
from gateway.embedded.door_process import DoorProcess

_POLL_SECONDS = 0.1
_QUESTION = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_ANSWER = b"HTTP/1.1 200"


class GatewayFailed(Exception):
    """The gateway did not start; the message quotes the end of its log."""


class GatewayProcess(DoorProcess):
    """``starter.py serve`` for this machine alone, at ``port``, with the environment ``environ``."""

    def __init__(self, environ: Mapping[str, str], *, port: int, log: Path) -> None:
        super().__init__("starter.py", "serve", "--host", LOOPBACK, "--port", str(port), environ=environ, log=log)
        self._port = port
        self.url = f"http://{LOOPBACK}:{port}"

    async def until_ready(self, *, seconds: float = 60.0) -> None:
        """Wait until it answers. Raises GatewayFailed."""
        try:
            async with asyncio.timeout(seconds):
                while not await self._answers():
                    if self.pid is None:
                        raise self._failure(f"ended at once (exit code {self.exit_code})")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise self._failure(f"did not answer within {seconds:g} s") from None

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, self._port)
        except OSError:
            return False
        try:
            writer.write(_QUESTION)
            return await reader.read(len(_ANSWER)) == _ANSWER
        except OSError:
            return False
        finally:
            writer.close()

    def _failure(self, what: str) -> GatewayFailed:
        return GatewayFailed(f"The gateway {what}. {self.end_of_log()}")
