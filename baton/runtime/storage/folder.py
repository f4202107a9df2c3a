"""Payloads in a folder, which every process shares that reads or writes builds."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
)

from baton.runtime.storage.errors import PayloadGone, PayloadTooLarge, StoreAway, StoreUnusable
from baton.runtime.storage.store import MOST_BYTES, Blob

NAME = "baton.folder"
_KEY = re.compile(r"(?:ns/[A-Za-z0-9._~%-]{1,300}|other)/[0-9a-f]{2}/[0-9a-f]{32}")
_DRAFT = ".new"


class FolderStore(StorageDriver):
    """Keeps payloads below ``root``: ``ns/<namespace>/<two digits>/<ID>``, a file each.

    Raises StoreUnusable when ``root`` cannot be made a folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreUnusable(f"BATON_PAYLOAD_STORE: {str(root)!r} cannot be a folder: {error.strerror}") from None

    @property
    def driver(self) -> StorageDriver:
        """The store itself."""
        return self

    @property
    def where(self) -> str:
        """The folder."""
        return str(self._root)

    def name(self) -> str:
        """What references to it are told by; it never changes."""
        return NAME

    async def store(self, context: StorageDriverStoreContext, payloads: Sequence[Payload]) -> list[StorageDriverClaim]:
        """Keep ``payloads``: on the disk when this returns. Raises StoreAway and PayloadTooLarge."""
        namespace = None if context.target is None else context.target.namespace
        return [await asyncio.to_thread(self._keep, one.SerializeToString(), namespace) for one in payloads]

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        """The payloads of ``claims``. Raises PayloadGone and StoreAway."""
        return [Payload.FromString(await asyncio.to_thread(self._fetch, one)) for one in claims]

    def blobs(self, namespace: str) -> Iterator[Blob]:
        """All blobs of a namespace, and drafts that a process left when it died."""
        folder = self._root / "ns" / _name(namespace)
        for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            key = path.relative_to(self._root).as_posix()
            if _KEY.fullmatch(key.removesuffix(_DRAFT)):
                yield Blob(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def delete(self, keys: Sequence[str]) -> None:
        """Delete the files of ``keys``."""
        for key in keys:
            try:
                self._path(key.removesuffix(_DRAFT)).with_name(key.rpartition("/")[2]).unlink(missing_ok=True)
            except OSError as error:
                raise StoreAway(f"{key} in {self.where!r} cannot be deleted: {error.strerror}") from error

    def _keep(self, content: bytes, namespace: str | None) -> StorageDriverClaim:
        if len(content) > MOST_BYTES:
            raise PayloadTooLarge(f"A payload has {len(content):,} bytes; at most {MOST_BYTES:,} are kept")
        name = secrets.token_hex(16)
        key = f"{'other' if namespace is None else f'ns/{_name(namespace)}'}/{name[:2]}/{name}"
        path = self._path(key)
        draft = path.with_name(path.name + _DRAFT)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise StoreAway(f"A payload cannot be written to {self.where!r}: {error.strerror}") from error
        return StorageDriverClaim({"key": key, "sha256": hashlib.sha256(content).hexdigest()})

    def _fetch(self, claim: StorageDriverClaim) -> bytes:
        key = claim.claim_data.get("key", "")
        try:
            content = self._path(key).read_bytes()
        except FileNotFoundError:
            raise PayloadGone(
                f"A history refers to the payload {key}, which is not in {self.where!r}. Every process needs the same "
                "BATON_PAYLOAD_STORE as the one that wrote it; or it was deleted"
            ) from None
        except OSError as error:
            raise StoreAway(f"The payload {key} in {self.where!r} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != claim.claim_data.get("sha256"):
            raise PayloadGone(f"The payload {key} in {self.where!r} is not what was stored: it was changed or cut")
        return content

    def _path(self, key: str) -> Path:
        """The file of ``key``: references come from outside, and lead nowhere but here."""
        if _KEY.fullmatch(key) is None or "/../" in key or "/./" in key:
            raise PayloadGone(f"A history refers to {key[:200]!r}, which is no payload of {self.where!r}")
        return self._root / key


def _name(namespace: str) -> str:
    quoted = quote(namespace, safe="")
    # No folder of the system's own.
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
