import asyncio

import pytest

from baton.runtime.client import TemporalMisconfigured
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.patience import Patience, connect_with_patience
from baton.runtime.ports import LOOPBACK, free_port

_ENVIRON = {"TEMPORAL_CONFIG_FILE": "/dev/null"}
_QUICK = Patience(first_delay=0.01, longest_delay=0.05)


async def test_it_tells_once_and_connects_when_the_server_comes() -> None:
    told: list[str] = []
    server = EmbeddedTemporal(ui=False)
    waiting = asyncio.create_task(
        connect_with_patience(address=server.address, on_wait=told.append, environ=_ENVIRON, patience=_QUICK)
    )
    while not told:
        await asyncio.sleep(0.01)
    async with server:
        client = await asyncio.wait_for(waiting, 20)
        assert await client.service_client.check_health()
    assert "connection refused" in told[0]
    assert "Waiting for it" in told[0]
    assert len(told) == len(set(told))


async def test_it_reminds_while_it_waits() -> None:
    told: list[str] = []
    patience = Patience(first_delay=0.01, longest_delay=0.01, remind_every=0.0)
    waiting = asyncio.create_task(
        connect_with_patience(
            address=f"{LOOPBACK}:{free_port()}", on_wait=told.append, environ=_ENVIRON, patience=patience
        )
    )
    while len(told) < 3:
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_cancelling_ends_the_wait_at_once() -> None:
    told = asyncio.Event()
    waiting = asyncio.create_task(
        connect_with_patience(
            address=f"{LOOPBACK}:{free_port()}",
            on_wait=lambda _: told.set(),
            environ=_ENVIRON,
            patience=Patience(first_delay=3600.0),
        )
    )
    await told.wait()
    waiting.cancel()
    done, _ = await asyncio.wait([waiting], timeout=10)
    assert done == {waiting}
    assert waiting.cancelled()


async def test_what_waiting_cannot_cure_is_raised() -> None:
    with pytest.raises(TemporalMisconfigured):
        await connect_with_patience(address="localhost", on_wait=pytest.fail, environ=_ENVIRON)
