"""Which keys are needed for what Temporal keeps."""

from collections import Counter
from dataclasses import dataclass, field

from temporalio.client import Client
from temporalio.converter import StorageDriverClaim, StorageDriverRetrieveContext

from baton.runtime.encryption.codec import is_encrypted, key_id_of
from baton.runtime.storage.references import reference_in
from gateway.payloads.walking import kept_payloads


@dataclass
class Counted:
    """How many payloads were encrypted with which key, ``None`` being none, in so many runs of workflows."""

    runs: int = 0
    payloads: Counter[str | None] = field(default_factory=Counter)


async def count_keys(client: Client) -> Counted:
    """Count them, those that are kept outside Temporal included. Raises RPCError and PayloadStoreError."""
    counted = Counted()
    codec, storage = client.data_converter.payload_codec, client.data_converter.external_storage
    drivers = {} if storage is None else {driver.name(): driver for driver in storage.drivers}
    async for run, payloads in kept_payloads(client):
        counted.runs += run is not None
        for payload in payloads:
            found = payload
            reference = await reference_in(payload, codec)
            if reference is not None and (driver := drivers.get(reference.driver_name)) is not None:
                claim = StorageDriverClaim(dict(reference.claim_data))
                [found] = await driver.retrieve(StorageDriverRetrieveContext(), [claim])
            counted.payloads[key_id_of(found) if is_encrypted(found) else None] += 1
    return counted
