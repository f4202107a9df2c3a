"""What the doctor has to say of encryption and of large payloads."""

from collections.abc import Iterator

from baton.runtime.encryption.errors import KeysUnusable
from baton.runtime.payloads import ring_of
from baton.runtime.settings import Settings
from baton.runtime.storage.errors import PayloadStoreError
from baton.runtime.storage.opening import store_of
from gateway.doctor import Check, Health


def check_payloads(settings: Settings) -> Iterator[Check]:
    """The keys, and the place for large payloads."""
    yield _keys(settings)
    if settings.payload_store is not None:
        yield _store(settings)


def _keys(settings: Settings) -> Check:
    try:
        ids = ring_of(settings).ids
    except KeysUnusable as error:
        return Check("encryption", Health.FAILED, str(error), "docs/encryption.md says how keys are made and kept")
    if not ids:
        return Check("encryption", Health.OK, "off: payloads are stored in Temporal as they are")
    others = f", {len(ids) - 1} more decrypt" if len(ids) > 1 else ""
    return Check("encryption", Health.OK, f"key {ids[0]} encrypts{others}")


def _store(settings: Settings) -> Check:
    try:
        store = store_of(settings)
        assert store is not None
        next(store.blobs("default"), None)
    except PayloadStoreError as error:
        return Check("payload store", Health.FAILED, str(error), "correct BATON_PAYLOAD_STORE", unreachable=True)
    return Check("payload store", Health.OK, f"{store.where}, from {settings.payload_store_bytes:,} bytes on")
