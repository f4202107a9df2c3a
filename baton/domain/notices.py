"""The words of notices: what is sent to others of what happens to builds."""

from enum import StrEnum


class NoticeFormat(StrEnum):
    """How a notice is written."""

    STANDARD = "standard"  # JSON by the Standard Webhooks convention
    SLACK = "slack"  # a message for Slack's incoming webhooks, and for those that take the same form


class DeliveryStatus(StrEnum):
    """How far a notice has come."""

    PENDING = "pending"  # to be sent, or sent again
    DELIVERED = "delivered"  # the receiver has taken it
    PARKED = "parked"  # given up after a day: a person may have it sent again
