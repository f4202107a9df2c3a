"""Finding Temporal: the options, Temporal's own configuration, or the stack that ``starter.py dev`` runs here."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from baton.runtime.client import DEFAULT_NAMESPACE, connect_plainly, environment_for
from baton.runtime.client import connect as connect_as_configured
from baton.runtime.core_logs import forward_core_logs
from baton.runtime.logs import configure_logging
from baton.runtime.payloads import converter_of
from baton.runtime.settings import Settings
from gateway.cli.output import Output

if TYPE_CHECKING:
    from baton.runtime.ownership import ServerRecord

TEMPORAL_FOLDER = "temporal"
"""Where in ``Settings.home`` the embedded server of ``starter.py dev`` keeps its state and its record."""


async def connect(
    output: Output, settings: Settings, *, address: str | None, namespace: str | None, profile: str | None
) -> Client:
    """A client of the Temporal that the user means. Raises TemporalConnectionError and KeysUnusable."""
    quiet_logs(output)
    home, converter = settings.home, converter_of(settings)
    told = address or profile or _is_configured(os.environ)
    if not told and (record := running_here(home)) is not None:
        output.detail(f"Temporal: {record.address}, the embedded server of {home / TEMPORAL_FOLDER}")
        namespace = namespace or os.environ.get("TEMPORAL_NAMESPACE") or DEFAULT_NAMESPACE
        return await connect_plainly(record.address, namespace=namespace, data_converter=converter)
    client = await connect_as_configured(
        address=address, namespace=namespace, profile=profile, data_converter=converter
    )
    output.detail(f"Temporal: {client.service_client.config.target_host}, namespace {client.namespace}")
    return client


def environment(
    environ: Mapping[str, str], home: Path, *, address: str | None, namespace: str | None, profile: str | None
) -> dict[str, str]:
    """``environ`` for a process that shall find the same Temporal as :func:`connect`, also when it comes back later."""
    if not (address or profile or _is_configured(environ)) and (record := running_here(home)) is not None:
        namespace = namespace or environ.get("TEMPORAL_NAMESPACE") or DEFAULT_NAMESPACE
        return environment_for(record.address, environ, namespace=namespace)
    told = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": namespace, "TEMPORAL_PROFILE": profile}
    return {**environ, **{name: value for name, value in told.items() if value}}


def running_here(home: Path) -> "ServerRecord | None":
    """The embedded server that runs for ``home`` now, if one does."""
    from baton.runtime.ownership import Ownership

    record = Ownership(home / TEMPORAL_FOLDER).read()
    return record if record is not None and record.process() is not None else None


def quiet_logs(output: Output) -> None:
    """Logging of a command: to standard error, warnings of Temporal's core only with ``-v``."""
    configure_logging("INFO" if output.verbose else "ERROR", "text")
    # A process that has used Temporal before, such as a test, has its runtime already.
    with contextlib.suppress(RuntimeError):
        forward_core_logs()


def _is_configured(environ: Mapping[str, str]) -> bool:
    """Whether Temporal's own client configuration says where it is."""
    if environ.get("TEMPORAL_ADDRESS") or environ.get("TEMPORAL_PROFILE"):
        return True
    try:
        return bool(ClientConfig.load(override_env_vars=dict(environ)).profiles)
    except (OSError, RuntimeError):
        return True  # a file that cannot be read is a file: connecting says what is wrong with it
