"""What a user is told when Temporal cannot be used, against real servers that are not the right one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.runtime.client import (
    NamespaceMissing,
    TemporalMisconfigured,
    TemporalUnavailable,
    connect,
    connect_plainly,
    environment_for,
)
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ports import LOOPBACK, free_port

_NOTHING: dict[str, str] = {"TEMPORAL_CONFIG_FILE": "/dev/null"}


@pytest.fixture
async def web_server() -> AsyncIterator[str]:
    """The address of a server that answers everything with an HTTP/1 error."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, LOOPBACK) as server:
        yield f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def silent_server() -> AsyncIterator[str]:
    """The address of a server that accepts connections and says nothing."""
    over = asyncio.Event()

    async def wait(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(wait, LOOPBACK) as server:
        yield f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        over.set()


async def test_it_connects_by_temporals_own_variables(temporal_server: EmbeddedTemporal) -> None:
    client = await connect(environ=_NOTHING | {"TEMPORAL_ADDRESS": temporal_server.address})
    assert client.namespace == "default"
    assert await client.service_client.check_health()


async def test_it_connects_by_a_profile_of_a_file(temporal_server: EmbeddedTemporal, tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text(f'[profile.here]\naddress = "{temporal_server.address}"\nnamespace = "temporal-system"\n')
    client = await connect(profile="here", environ={"TEMPORAL_CONFIG_FILE": str(file)})
    assert client.namespace == "temporal-system"


async def test_arguments_win_over_the_environment(temporal_server: EmbeddedTemporal) -> None:
    environ = _NOTHING | {"TEMPORAL_ADDRESS": f"{LOOPBACK}:{free_port()}", "TEMPORAL_NAMESPACE": "nope"}
    client = await connect(address=temporal_server.address, namespace="default", environ=environ)
    assert client.namespace == "default"


async def test_a_closed_port_says_where_and_what_to_do() -> None:
    address = f"{LOOPBACK}:{free_port()}"
    with pytest.raises(TemporalUnavailable, match=r"connection refused.*starter.py dev.*TEMPORAL_ADDRESS") as told:
        await connect(address=address, environ=_NOTHING)
    assert told.value.address == address
    assert repr(address) in str(told.value)


async def test_a_host_without_an_address_is_named() -> None:
    with pytest.raises(TemporalUnavailable, match=r"'no-such-host.invalid:7233'.*host name cannot be resolved"):
        await connect(address="no-such-host.invalid:7233", environ=_NOTHING)


async def test_a_server_that_is_not_temporal_is_told_from_one_that_is(web_server: str) -> None:
    with pytest.raises(TemporalUnavailable, match="not a Temporal server"):
        await connect(address=web_server, environ=_NOTHING)


async def test_a_server_that_says_nothing_does_not_hold_up_for_ever(silent_server: str) -> None:
    with pytest.raises(TemporalUnavailable, match="no answer in time"):
        await connect(address=silent_server, environ=_NOTHING, timeout_seconds=0.3)


async def test_a_missing_namespace_says_how_to_make_it(temporal_server: EmbeddedTemporal) -> None:
    with pytest.raises(NamespaceMissing, match=r"no namespace 'nope'.*namespace create --namespace nope"):
        await connect(address=temporal_server.address, namespace="nope", environ=_NOTHING)


async def test_tls_to_a_server_without_it_is_named_and_the_key_is_not_shown(
    temporal_server: EmbeddedTemporal,
) -> None:
    environ = _NOTHING | {"TEMPORAL_ADDRESS": temporal_server.address, "TEMPORAL_API_KEY": "s3cret"}
    with pytest.raises(TemporalUnavailable, match="does not speak TLS") as told:
        await connect(environ=environ)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("address", ["localhost", "http://localhost:7233", "not an address:1", ":7233"])
async def test_an_address_that_is_none_is_refused_without_trying(address: str) -> None:
    with pytest.raises(TemporalMisconfigured):
        await connect(address=address, environ=_NOTHING)


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"TEMPORAL_PROFILE": "nope"}, "'nope' not found"),
        (
            {"TEMPORAL_TLS_CLIENT_CERT_PATH": "/no/cert", "TEMPORAL_TLS_CLIENT_KEY_PATH": "/no/key"},
            "'/no/cert'",
        ),
        (
            {"TEMPORAL_TLS_CLIENT_CERT_DATA": "s3cret", "TEMPORAL_TLS_CLIENT_KEY_DATA": "s3cret"},
            "private key cannot be read",
        ),
    ],
)
async def test_an_unusable_configuration_is_named(environ: dict[str, str], complaint: str) -> None:
    with pytest.raises(TemporalMisconfigured, match=complaint) as told:
        await connect(address=f"{LOOPBACK}:{free_port()}", environ=_NOTHING | environ)
    assert "s3cret" not in str(told.value)


async def test_a_broken_profile_file_is_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.default]\napi_key = { is = "s3cret" }\n')
    with pytest.raises(TemporalMisconfigured, match="line 2") as told:
        await connect(environ={"TEMPORAL_CONFIG_FILE": str(file)})
    assert "s3cret" not in str(told.value)


async def test_a_plain_connection_does_not_heed_the_environment(
    temporal_server: EmbeddedTemporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_API_KEY", "any")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nope")
    assert isinstance(await connect_plainly(temporal_server.address), Client)


async def test_the_environment_for_a_child_leads_it_to_our_server(
    temporal_server: EmbeddedTemporal, tmp_path: Path
) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.default]\nnamespace = "nope"\n')
    base = {"PATH": "/bin", "TEMPORAL_API_KEY": "any", "TEMPORAL_TLS": "1", "TEMPORAL_CONFIG_FILE": str(file)}
    environ = environment_for(temporal_server.address, base)
    assert environ["PATH"] == "/bin"
    assert (await connect(environ=environ)).namespace == "default"
