"""What a receiver answered, and what that means."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

_LONGEST_PAUSE = timedelta(hours=1)
_SHORTEST_PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: the status, the beginning of the text, and what was asked of the next attempt."""

    status: int
    text: str
    retry_after: timedelta | None
    address: str
    seconds: float

    @property
    def taken(self) -> bool:
        """Whether the receiver has taken the notice."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more, ever."""
        return self.status == HTTPStatus.GONE

    def told(self, shown: str) -> str:
        """What happened, for people; ``shown`` is the receiver."""
        said = f": {self.text}" if self.text else ""
        if 300 <= self.status < 400:
            return f"{shown} answered {_named(self.status)}, and redirects are not followed: subscribe its new address"
        return f"{shown} answered {_named(self.status)}{said}"


def retry_after(status: int, header: str | None, now: datetime) -> timedelta | None:
    """How long to wait, as the receiver asks: at least a second and at most an hour. ``None`` when it does not ask."""
    if header is None or status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return None
    asked = _asked(header.strip(), now)
    return None if asked is None else min(max(asked, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _asked(text: str, now: datetime) -> timedelta | None:
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - now


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
