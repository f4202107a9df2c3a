"""What can go wrong with the mirror.

StoreError
├── UnsupportedDatabase   the URL names no database that Baton can use
├── DatabaseUnavailable   it cannot be reached, or refuses to work now: worth another try
├── SchemaOutdated        its tables are not those of this version: upgrade first
├── CannotDivide         the database cannot be divided by months, or is not
├── MirrorGap             entries before the batch are missing: they have to be written first
└── BatchBroken           the batch cannot be true: another try changes nothing
"""


class StoreError(Exception):
    """The base of all of them. Messages name no password."""


class UnsupportedDatabase(StoreError):
    """The URL names no database that Baton can use."""


class DatabaseUnavailable(StoreError):
    """The database cannot be reached, or refuses to work now."""


class SchemaOutdated(StoreError):
    """The tables are not those that this version of Baton works with."""


class CannotDivide(StoreError):
    """The tables cannot be divided into partitions, or would have to be for this."""


class MirrorGap(StoreError):
    """A batch whose predecessors are not in the mirror. ``expected`` is the sequence to go on from."""

    def __init__(self, build_id: str, expected: int, received: int) -> None:
        super().__init__(
            f"the mirror of build {build_id!r} goes on with entry {expected}, but the batch starts with "
            f"entry {received}, which is chained to an entry that is not there; write the entries from {expected} on"
        )
        self.build_id = build_id
        self.expected = expected
        self.received = received


class BatchBroken(StoreError):
    """A batch that cannot be true: edited, cut, reordered, or of another build."""
