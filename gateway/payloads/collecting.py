"""Garbage collection of payloads that are kept outside Temporal: what no kept history refers to."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client

from baton.runtime.storage.references import reference_in
from baton.runtime.storage.store import Blob, PayloadStore
from gateway.payloads.walking import kept_payloads


@dataclass(frozen=True)
class Found:
    """What a look at a store and at all histories of a namespace found."""

    garbage: list[Blob]
    """Old enough, and nothing refers to it."""
    needed: int
    """How many blobs a history, or something else that Temporal keeps, refers to."""
    young: int
    """How many are too young to tell: their reference may be on its way."""
    missing: list[str]
    """Keys that are referred to and not in the store."""
    runs: int
    """How many runs of workflows were looked through."""


async def look(client: Client, store: PayloadStore, *, now: datetime, older_than: timedelta) -> Found:
    """Find the garbage of the client's namespace. Raises RPCError and PayloadStoreError, and then nothing is known.

    A payload is stored just before the reference to it is sent, under a key that is never used again: what is older
    than that takes, and not referred to, never will be.
    """
    listed = await asyncio.to_thread(lambda: list(store.blobs(client.namespace)))
    referred: set[str] = set()
    runs = 0
    async for run, payloads in kept_payloads(client):
        runs += run is not None
        for payload in payloads:
            reference = await reference_in(payload, client.data_converter.payload_codec)
            if reference is not None and reference.driver_name == store.driver.name():
                referred.add(reference.claim_data["key"])
    loose = [blob for blob in listed if blob.key not in referred]
    garbage = [blob for blob in loose if blob.stored_at < now - older_than]
    there = {blob.key for blob in listed}
    # What came since the list was made is in the store, though not in the list.
    gone = sorted(referred - there - {blob.key for blob in await asyncio.to_thread(_again, client, store)})
    return Found(garbage, len(referred & there), len(loose) - len(garbage), gone, runs)


def _again(client: Client, store: PayloadStore) -> list[Blob]:
    return list(store.blobs(client.namespace))
