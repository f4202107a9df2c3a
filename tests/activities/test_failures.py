import pytest

from activities.failures import application_error
from baton.contracts import errors
from baton.runners.failures import RunnerFailed, RunnerFailure
from baton.workshop.errors import GitFailed, RefNotFound, WorkspaceBusy


@pytest.mark.parametrize(
    ("error", "code", "for_good"),
    [
        (GitFailed("x"), errors.WORKSPACE_BROKEN, False),
        (WorkspaceBusy("x"), errors.WORKSPACE_BROKEN, False),
        (RefNotFound("x"), errors.RUNNER_MISCONFIGURED, True),
        (OSError(28, "No space left on device"), errors.RUNNER_FAILED, False),
        (ZeroDivisionError("x"), errors.RUNNER_FAILED, False),
    ],
)
def test_every_failure_has_its_code(error: Exception, code: str, for_good: bool) -> None:
    failure = application_error(error)
    assert (failure.type, failure.non_retryable) == (code, for_good)


def test_what_nobody_foresaw_is_told_with_its_kind() -> None:
    assert application_error(OSError(28, "No space left on device")).message == (
        "OSError: [Errno 28] No space left on device"
    )


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    message = application_error(RunnerFailed("it failed", "x" * 100_000 + " the end")).message
    assert len(message) < 4100
    assert message.startswith("it failed\n")
    assert message.endswith(" the end")


def test_the_code_of_every_runner_failure_is_one_of_the_contract() -> None:
    contract = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    assert {kind.code for kind in RunnerFailure.__subclasses__()} <= contract
