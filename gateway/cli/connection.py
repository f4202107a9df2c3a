"""Finding Temporal: the options, Temporal's own configuration, or the stack that ``starter.py dev`` runs here."""

import os
from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from baton.runtime.client import DEFAULT_NAMESPACE, connect_plainly
from baton.runtime.client import connect as connect_as_configured
from baton.runtime.core_logs import forward_core_logs
from baton.runtime.logs import configure_logging
from baton.runtime.ownership import Ownership, ServerRecord
from gateway.cli.invocation import Invocation

TEMPORAL_FOLDER = "temporal"
"""Where in ``Settings.home`` the embedded server of ``starter.py dev`` keeps its state and its record."""

_forwarded = False


async def connect(invocation: Invocation) -> Client:
    """A client of the Temporal that the user means. Raises TemporalConnectionError and SettingsError."""
    quiet_logs(invocation)
    output, home = invocation.output, invocation.settings.home
    if not _is_told(invocation, os.environ) and (record := running_here(home)) is not None:
        namespace = invocation.namespace or os.environ.get("TEMPORAL_NAMESPACE") or DEFAULT_NAMESPACE
        output.detail(f"Temporal: {record.address}, the embedded server of {home / TEMPORAL_FOLDER}")
        return await connect_plainly(record.address, namespace=namespace)
    client = await connect_as_configured(
        address=invocation.address, namespace=invocation.namespace, profile=invocation.temporal_profile
    )
    output.detail(f"Temporal: {client.service_client.config.target_host}, namespace {client.namespace}")
    return client


def running_here(home: Path) -> ServerRecord | None:
    """The embedded server that runs for ``home`` now, if one does."""
    record = Ownership(home / TEMPORAL_FOLDER).read()
    return record if record is not None and record.process() is not None else None


def quiet_logs(invocation: Invocation) -> None:
    """Logging of a command: to standard error, warnings of Temporal's core only with ``-v``."""
    global _forwarded
    configure_logging("INFO" if invocation.output.verbose else "ERROR", "text")
    if not _forwarded:
        _forwarded = True
        forward_core_logs()


def _is_told(invocation: Invocation, environ: Mapping[str, str]) -> bool:
    """Whether the user says where Temporal is, in any of Temporal's ways."""
    if invocation.address or invocation.temporal_profile:
        return True
    if environ.get("TEMPORAL_ADDRESS") or environ.get("TEMPORAL_PROFILE"):
        return True
    try:
        return bool(ClientConfig.load(override_env_vars=dict(environ)).profiles)
    except (OSError, RuntimeError):
        return True  # a file that cannot be read is a file: connecting says what is wrong with it
