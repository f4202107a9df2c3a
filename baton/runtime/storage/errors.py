"""What goes wrong with payloads that are kept outside Temporal.

PayloadStoreError
├── StoreUnusable      the place cannot be used as it was named
├── StoreAway          it does not answer, or not now
├── PayloadGone        a payload is not there any more
└── PayloadTooLarge    more than a store takes
"""


class PayloadStoreError(Exception):
    """Base of all of them; the message says what to do."""


class StoreUnusable(PayloadStoreError):
    """The place that the settings name cannot be one."""


class StoreAway(PayloadStoreError):
    """The place does not answer, or does not let this process in."""


class PayloadGone(PayloadStoreError):
    """What a history refers to is not in the store."""


def is_kept_elsewhere(error: Exception) -> bool:
    """Whether the SDK complains of a payload that is kept outside Temporal, where nothing is known of such a place."""
    return isinstance(error, RuntimeError) and "TMPRL1105" in str(error)


KEPT_ELSEWHERE = (
    "A payload is kept outside Temporal, and BATON_PAYLOAD_STORE is not set here. Set it as it is for the workers"
)
"""What is told then."""


class PayloadTooLarge(PayloadStoreError):
    """A payload of more bytes than a store takes."""
