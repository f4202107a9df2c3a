"""The words of notices: what is sent to others of what happens to builds."""

from enum import StrEnum

from baton.domain.vocabulary import EntryKind


class NoticeFormat(StrEnum):
    """How a notice is written."""

    STANDARD = "standard"  # JSON by the Standard Webhooks convention
    SLACK = "slack"  # a message for Slack's incoming webhooks, and for those that take the same form


class DeliveryStatus(StrEnum):
    """How far a notice has come."""

    PENDING = "pending"  # to be sent, or sent again
    DELIVERED = "delivered"  # the receiver has taken it
    PARKED = "parked"  # given up after a day: a person may have it sent again


class SideKind(StrEnum):
    """What is told besides journal entries."""

    ENDED_OUTSIDE = "ended_outside"  # the build's workflow was ended in Temporal: its journal has no end
    MIRROR_DRIFT = "mirror_drift"  # SQL does not say what Temporal's histories say; of no single build


NoticeKind = EntryKind | SideKind
"""What a notice can be of."""

NOTICE_KINDS: tuple[NoticeKind, ...] = (*EntryKind, *SideKind)
"""All of them."""


def notice_kind(word: str) -> NoticeKind:
    """The kind of that name. Raises ``ValueError``."""
    return SideKind(word) if word in set(SideKind) else EntryKind(word)
