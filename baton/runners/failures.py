"""Why a role could not do its phase.

::

    RunnerFailure
     ├─ RunnerFailed          the role's program failed; worth another attempt
     ├─ RunnerTimedOut        the role's program took too long; worth another attempt
     ├─ RunnerMisconfigured   the profile asks for what cannot be done here
     ├─ RequestUnusable       the request cannot be built from
     ├─ ReportUnreadable      what the role returned is no report for this order
     └─ ReportTooLarge        what the role returned is over the limit

``code`` is stable and crosses the wire; ``retryable`` says whether another attempt can help.
"""

from datetime import timedelta
from typing import ClassVar

from baton.contracts import errors


class RunnerFailure(Exception):
    """Base of them all. ``quoted`` holds the last lines that the program wrote, made safe to show.

    ``retry_after`` is how long to wait before the next attempt, where somebody has said so.
    """

    code: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, quoted: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{message}\n{quoted}" if quoted else message)
        self.message = message
        self.quoted = quoted
        self.retry_after = retry_after


class RunnerFailed(RunnerFailure):
    """The role's program ended without success."""

    code = errors.RUNNER_FAILED
    retryable = True


class RunnerTimedOut(RunnerFailure):
    """The role's program was stopped because its time was up."""

    code = errors.RUNNER_TIMED_OUT
    retryable = True


class RunnerMisconfigured(RunnerFailure):
    """The profile and this worker do not fit together."""

    code = errors.RUNNER_MISCONFIGURED


class RequestUnusable(RunnerFailure):
    """The request cannot be built from."""

    code = errors.REQUEST_UNUSABLE


class ReportUnreadable(RunnerFailure):
    """There is no report, or it is none, or it is for another order."""

    code = errors.REPORT_UNREADABLE


class ReportTooLarge(RunnerFailure):
    """The report is over the limit."""

    code = errors.REPORT_TOO_LARGE
