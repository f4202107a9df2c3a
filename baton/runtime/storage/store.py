"""A place for payloads that are too large for Temporal, which then holds a reference to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio.converter import StorageDriver

MOST_BYTES = 50 * 1024 * 1024
"""The largest payload that is kept."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A payload in the store, as far as it can be told without reading it."""

    key: str
    size: int
    """In bytes."""
    stored_at: datetime


class PayloadStore(Protocol):
    """Keeps each payload under a key of its own, which nothing is ever written to again: what is old and not referred
    to never will be."""

    @property
    def driver(self) -> StorageDriver:
        """What Temporal's SDK stores and fetches payloads with. Its claims have the blob's ``key``."""

    @property
    def where(self) -> str:
        """The place, for people; without secrets."""

    def blobs(self, namespace: str) -> Iterator[Blob]:
        """What is kept for the workflows of a namespace. Blocks. Raises PayloadStoreError."""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete blobs; those that are gone already are no error. Blocks. Raises PayloadStoreError."""
