"""What can go wrong between somebody outside and a build. Every door says it in its own form.

::

    GatewayError              ``code`` is a stable word, the message is for people
     ├─ BuildNotFound         Temporal knows no build of that ID
     ├─ BuildEnded            the build has ended: nothing can be told to it any more
     ├─ BuildNotOpened        the build's profile is unknown or broken; its ID is free again
     ├─ CommandRefused        the build, or the request for one, was answered with no
     ├─ RequestUnusable       a request for a build that nothing can be built from
     ├─ NoWorker              no worker answers in time
     ├─ JournalCut            Temporal no longer keeps the first part of a journal
     ├─ HistoryUnreadable     payloads in Temporal's history cannot be decoded here
     ├─ HistoryBroken         a journal in Temporal's history does not hold together
     └─ ExportUnusable        a file is no export of a build, or a damaged one
"""

from typing import ClassVar


class GatewayError(Exception):
    """Base of all of them."""

    code: ClassVar[str] = "failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BuildNotFound(GatewayError):
    """Temporal knows no build of that ID."""

    code = "not_found"


class BuildEnded(GatewayError):
    """The build has ended; the message says how."""

    code = "already_ended"


class BuildNotOpened(GatewayError):
    """The build never opened."""

    code = "not_opened"


class CommandRefused(GatewayError):
    """A refusal. ``reason`` is a :class:`~baton.domain.vocabulary.RefusalCode`, as text."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RequestUnusable(GatewayError):
    """A request for a build that nothing can be built from; the message says why."""

    code = "bad_input"


class NoWorker(GatewayError):
    """No worker answers on the task queue of the builds."""

    code = "no_worker"


class JournalCut(GatewayError):
    """The first part of a journal is no longer kept by Temporal."""

    code = "journal_cut"


class HistoryUnreadable(GatewayError):
    """Payloads in Temporal's history cannot be decoded by this process."""

    code = "history_unreadable"


class HistoryBroken(GatewayError):
    """The entries in Temporal's history are not one chain, or were changed."""

    code = "history_broken"


class ExportUnusable(GatewayError):
    """A file that is no export of a build, or a damaged one."""

    code = "bad_export"
