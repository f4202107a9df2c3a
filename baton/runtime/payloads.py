"""How the settings say that payloads reach Temporal."""

import contextlib
from collections.abc import Mapping
from typing import TypedDict

from temporalio.converter import DataConverter, ExternalStorage

from baton.runtime.encryption.conversion import data_converter
from baton.runtime.encryption.errors import KeysUnusable
from baton.runtime.encryption.key_file import read_key_file
from baton.runtime.encryption.key_ring import KeyRing
from baton.runtime.settings import Settings, variable_of
from baton.runtime.storage.opening import store_of


def ring_of(settings: Settings) -> KeyRing:
    """The keys that ``settings`` give, none where they give none. Raises KeysUnusable."""
    if settings.encryption_key_file is not None:
        return read_key_file(settings.encryption_key_file)
    return KeyRing.parse(settings.encryption_keys or "", variable_of("encryption_keys"))


def converter_of(settings: Settings) -> DataConverter:
    """The converter for every client of a process with these settings. Raises KeysUnusable and StoreUnusable."""
    store = store_of(settings)
    if store is None:
        return data_converter(ring_of(settings))
    storage = ExternalStorage(drivers=[store.driver], payload_size_threshold=settings.payload_store_bytes)
    return data_converter(ring_of(settings), storage)


class Discretion(TypedDict):
    """What `baton.runtime.logs.configure_logging` has to be told."""

    secrets: list[str]
    withhold: bool


def discretion_of(settings: Settings, environ: Mapping[str, str]) -> Discretion:
    """What the log of a process must not show: its own secrets, and with encryption what builds are about.

    Keys that are unusable are told of by who uses them.
    """
    ring = KeyRing()
    with contextlib.suppress(KeysUnusable):
        ring = ring_of(settings)
    return {"secrets": [environ.get("TEMPORAL_API_KEY", ""), *ring.secrets], "withhold": bool(ring)}
