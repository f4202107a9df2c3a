"""Turn what went wrong in an activity into the ApplicationError that crosses the wire."""

from datetime import timedelta
from typing import Any

from temporalio.exceptions import ApplicationError

from baton.contracts import errors
from baton.runners.failures import RunnerFailure
from baton.runners.profile_errors import InvalidProfile, UnknownProfile
from baton.runtime.secret_shapes import masked
from baton.workshop.errors import (
    RefNotFound,
    RemoteRefused,
    RemoteUnreachable,
    RepositoryNotFound,
    SandboxUnavailable,
    WorkshopError,
)

_MOST = 4_000
_TIME_TO_COME_BACK = timedelta(seconds=20)
"""Before a remote that did not answer is asked again: attempts are few, and a server's restart takes a while."""

_FOR_GOOD: dict[type[Exception], str] = {
    UnknownProfile: errors.UNKNOWN_PROFILE,
    InvalidProfile: errors.INVALID_PROFILE,
    RepositoryNotFound: errors.REPOSITORY_NOT_FOUND,
    RefNotFound: errors.RUNNER_MISCONFIGURED,
    RemoteRefused: errors.REMOTE_REFUSED,
    SandboxUnavailable: errors.SANDBOX_UNAVAILABLE,
}


def application_error(error: Exception, *details: Any) -> ApplicationError:
    """The failure to raise for ``error``: a stable ``type``, whether and when to retry, and a message that is not too
    long. ``details`` go with it."""
    made = _told(error)
    return ApplicationError(
        made.message,
        *details,
        type=made.type,
        non_retryable=made.non_retryable,
        next_retry_delay=made.next_retry_delay,
    )


def _told(error: Exception) -> ApplicationError:
    if isinstance(error, ApplicationError):
        return error
    if isinstance(error, RunnerFailure):
        return _failure(error, error.code, retryable=error.retryable, after=error.retry_after)
    for kind, code in _FOR_GOOD.items():
        if isinstance(error, kind):
            return _failure(error, code, retryable=False)
    if isinstance(error, RemoteUnreachable):
        return _failure(error, errors.REMOTE_UNREACHABLE, retryable=True, after=_TIME_TO_COME_BACK)
    if isinstance(error, WorkshopError):
        return _failure(error, errors.WORKSPACE_BROKEN, retryable=True)
    # What nobody foresaw, a full disk among it, may be better at the next attempt.
    return _failure(error, errors.RUNNER_FAILED, retryable=True, name=f"{type(error).__name__}: ")


def _failure(
    error: Exception, code: str, *, retryable: bool, name: str = "", after: timedelta | None = None
) -> ApplicationError:
    message = masked(f"{name}{error}")
    if len(message) > _MOST:
        # What went wrong stands at the beginning, the program's last words at the end.
        message = f"{message[: _MOST // 2]}\n[…]\n{message[-_MOST // 2 :]}"
    return ApplicationError(message, type=code, non_retryable=not retryable, next_retry_delay=after)
