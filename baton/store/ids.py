"""Row IDs, derived from what the rows hold: a rebuilt mirror has the same rows under the same IDs."""

from uuid import UUID, uuid5

NAMESPACE = UUID("ae8c4e4b-2d3a-5b86-a5dc-3b7f4a1f0c11")
"""The UUIDv5 namespace of every row ID. Existing databases hold IDs made with it, so it never changes."""


def build_key(build_id: str) -> UUID:
    """The row of a build, in ``build_workflows``."""
    return uuid5(NAMESPACE, build_id)


def event_key(build: UUID, entry_hash: str) -> UUID:
    """The row of a journal entry, in ``workflow_events``."""
    return uuid5(build, f"event:{entry_hash}")


def handoff_key(build: UUID, entry_hash: str) -> UUID:
    """The row of the handoff that a journal entry makes, in ``workflow_handoffs``."""
    return uuid5(build, f"handoff:{entry_hash}")


def delivery_key(subscription: UUID, entry_hash: str) -> UUID:
    """What tells a subscriber of a journal entry, in ``webhook_deliveries``: however often, under one ID."""
    return uuid5(subscription, entry_hash)


def side_delivery_key(subscription: UUID, what: str) -> UUID:
    """What tells a subscriber of something that is no journal entry: ``what`` names it, once and for all."""
    return uuid5(subscription, f"beside the journal: {what}")


def lock_number(key: UUID) -> int:
    """A signed 64-bit number for PostgreSQL's advisory locks."""
    return int.from_bytes(key.bytes[:8], signed=True)
