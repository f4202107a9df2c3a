import asyncio

import pytest

from baton.runtime.client import TemporalMisconfigured
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.patience import Patience, connect_with_patience
from baton.runtime.ports import LOOPBACK, free_port

_ENVIRON = {"TEMPORAL_CONFIG_FILE": "/dev/null"}
_QUICK = Patience(first_delay=0.01, longest_delay=0.05)


class _Told:
    """Keeps what was told, and says when that was enough."""

    def __init__(self, enough: int) -> None:
        self.messages: list[str] = []
        self.enough = asyncio.Event()
        self._count = enough

    def __call__(self, message: str) -> None:
        self.messages.append(message)
        if len(self.messages) >= self._count:
            self.enough.set()


async def test_it_tells_once_and_connects_when_the_server_comes() -> None:
    told = _Told(1)
    server = EmbeddedTemporal(ui=False)
    waiting = asyncio.create_task(
        connect_with_patience(address=server.address, on_wait=told, environ=_ENVIRON, patience=_QUICK)
    )
    await told.enough.wait()
    async with server:
        client = await asyncio.wait_for(waiting, 20)
        assert await client.service_client.check_health()
    assert "connection refused" in told.messages[0]
    assert "Waiting for it" in told.messages[0]
    assert len(told.messages) == len(set(told.messages))


async def test_it_reminds_while_it_waits() -> None:
    told = _Told(3)
    patience = Patience(first_delay=0.01, longest_delay=0.01, remind_every=0.0)
    waiting = asyncio.create_task(
        connect_with_patience(address=f"{LOOPBACK}:{free_port()}", on_wait=told, environ=_ENVIRON, patience=patience)
    )
    await told.enough.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_cancelling_ends_the_wait_at_once() -> None:
    told = _Told(1)
    waiting = asyncio.create_task(
        connect_with_patience(
            address=f"{LOOPBACK}:{free_port()}",
            on_wait=told,
            environ=_ENVIRON,
            patience=Patience(first_delay=3600.0),
        )
    )
    await told.enough.wait()
    waiting.cancel()
    done, _ = await asyncio.wait([waiting], timeout=10)
    assert done == {waiting}
    assert waiting.cancelled()


async def test_what_waiting_cannot_cure_is_raised() -> None:
    with pytest.raises(TemporalMisconfigured):
        await connect_with_patience(address="localhost", on_wait=pytest.fail, environ=_ENVIRON)
