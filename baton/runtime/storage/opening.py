"""The store that the settings name."""

from pathlib import Path

from baton.runtime.setting_values import bucket_of
from baton.runtime.settings import Settings
from baton.runtime.storage.store import PayloadStore


def store_of(settings: Settings) -> PayloadStore | None:
    """The place for large payloads; ``None`` when there is none. Raises StoreUnusable."""
    if settings.payload_store is None:
        return None
    bucket = bucket_of(settings.payload_store)
    if bucket is None:
        from baton.runtime.storage.folder import FolderStore

        return FolderStore(Path(settings.payload_store))
    from baton.runtime.storage.s3 import S3Store

    return S3Store(bucket, settings.payload_store_endpoint)
