"""Reaching Temporal.

Where it is and how to get in is Temporal's own client configuration, as for every other Temporal tool:
`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE` and the
profile file. Arguments win over it.

    TemporalConnectionError
    ├── TemporalMisconfigured     what this side was told is unusable; trying again cannot help
    └── TemporalUnavailable       no way in now
        └── NamespaceMissing      the server is there, the namespace is not
"""

import asyncio
import os
from collections.abc import Mapping

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from baton.runtime.diagnosis import is_misconfigured, reason_of
from baton.runtime.encryption.conversion import HEADERS, PLAIN
from baton.runtime.redaction import scrubbed
from baton.runtime.tracing.spans import client_plugins

DEFAULT_ADDRESS = "localhost:7233"
DEFAULT_NAMESPACE = "default"


class TemporalConnectionError(Exception):
    """Temporal cannot be used; the message says what to do."""


class TemporalMisconfigured(TemporalConnectionError):
    """The address, profile, certificate or key given is unusable."""


class TemporalUnavailable(TemporalConnectionError):
    """Temporal does not answer, or does not let this process in."""

    def __init__(self, message: str, address: str) -> None:
        super().__init__(message)
        self.address = address


class NamespaceMissing(TemporalUnavailable):
    """The server is reachable and has no such namespace."""


async def connect(
    *,
    address: str | None = None,
    namespace: str | None = None,
    profile: str | None = None,
    timeout_seconds: float = 10.0,
    environ: Mapping[str, str] | None = None,
    data_converter: DataConverter = PLAIN,
) -> Client:
    """A client that has been seen to work: the server answers and has the namespace.

    `data_converter` is that of `baton.runtime.payloads.converter_of`; `environ` stands in for the process's
    environment. Raises TemporalMisconfigured or TemporalUnavailable.
    """
    config = _configuration(profile, environ)
    if address:
        config["target_host"] = address
    if namespace:
        config["namespace"] = namespace
    return await _open(config, data_converter, timeout_seconds)


async def connect_plainly(
    address: str,
    *,
    namespace: str = DEFAULT_NAMESPACE,
    timeout_seconds: float = 10.0,
    data_converter: DataConverter = PLAIN,
) -> Client:
    """As `connect`, to a server of our own: no TLS, no credentials, whatever the environment says."""
    config: ClientConnectConfig = {"target_host": address, "namespace": namespace, "tls": False}
    return await _open(config, data_converter, timeout_seconds)


def environment_for(address: str, base: Mapping[str, str], *, namespace: str = DEFAULT_NAMESPACE) -> dict[str, str]:
    """The environment for a child process whose `connect()` shall reach this server, no TLS, no credentials.

    It is `base` without its `TEMPORAL_*`, and with what leads to `address`.
    """
    kept = {key: text for key, text in base.items() if not key.startswith("TEMPORAL_")}
    # An empty file, so that a profile file in the home folder has no say.
    return kept | {
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": namespace,
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def _configuration(profile: str | None, environ: Mapping[str, str] | None) -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config(
            profile, override_env_vars=None if environ is None else dict(environ)
        )
    except OSError as error:
        raise TemporalMisconfigured(
            f"Temporal's client configuration names a file that cannot be read: {error.filename!r} "
            f"({error.strerror}). Correct TEMPORAL_TLS_* or the profile file"
        ) from None
    except RuntimeError as error:
        # Only the first line: a TOML error goes on to quote the line of the file, which may hold the API key.
        reason = scrubbed(str(error).partition("\n")[0])
        raise TemporalMisconfigured(
            f"Temporal's client configuration cannot be used: {reason}. "
            "Correct the TEMPORAL_* variables or the profile file"
        ) from None


async def _open(config: ClientConnectConfig, data_converter: DataConverter, timeout_seconds: float) -> Client:
    settings = ClientConnectConfig(**{"target_host": DEFAULT_ADDRESS, "namespace": DEFAULT_NAMESPACE, **config})
    address, namespace = settings["target_host"], settings["namespace"]
    if "://" in address or ":" not in address:
        raise TemporalMisconfigured(f"{address!r} is no Temporal address: write host:port, as {DEFAULT_ADDRESS}")
    try:
        async with asyncio.timeout(timeout_seconds):
            client = await Client.connect(
                **settings,
                data_converter=data_converter,
                header_codec_behavior=HEADERS,
                plugins=client_plugins(),
            )
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except (RuntimeError, ValueError, TimeoutError, RPCError) as error:
        raise _translated(error, address, namespace) from error
    return client


def _translated(error: Exception, address: str, namespace: str) -> TemporalConnectionError:
    if isinstance(error, RPCError) and error.status == RPCStatusCode.NOT_FOUND:
        return NamespaceMissing(
            f"Temporal at {address!r} has no namespace {namespace!r}. Make it "
            f"(temporal operator namespace create --namespace {namespace}) or set TEMPORAL_NAMESPACE",
            address,
        )
    if is_misconfigured(error):
        return TemporalMisconfigured(
            f"Cannot connect to Temporal at {address!r} with these settings: {reason_of(error)}. "
            "Correct TEMPORAL_ADDRESS, TEMPORAL_TLS_* or the profile file"
        )
    return TemporalUnavailable(
        f"Cannot reach Temporal at {address!r} (namespace {namespace!r}): {reason_of(error)}. "
        "Start one (python starter.py dev) or set TEMPORAL_ADDRESS to yours",
        address,
    )
