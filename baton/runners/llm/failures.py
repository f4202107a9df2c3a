"""Why a model could not do a phase.

::

    RunnerFailure
     ├─ ModelBusy             it has too much to do; worth another attempt, after the time that it asks for
     ├─ ModelUnavailable      it could not be reached, or gave no answer; worth another attempt
     ├─ ModelRefused          it will not take what is sent: the key, the name, or the request itself
     ├─ ModelOutputUnusable   what it answers does not fit, and does not get better
     ├─ ModelOutOfBounds      it keeps reaching for what lies outside of the workspace
     └─ BudgetSpent           what the phase may use is used up
"""

from baton.contracts import errors
from baton.runners.failures import RunnerFailure


class ModelBusy(RunnerFailure):
    """The provider takes no more requests for now. ``retry_after`` is what it asks for, if it does."""

    code = errors.MODEL_BUSY
    retryable = True


class ModelUnavailable(RunnerFailure):
    """No answer came, or none that is one."""

    code = errors.MODEL_UNAVAILABLE
    retryable = True


class ModelRefused(RunnerFailure):
    """The provider refuses the request, and would refuse it again."""

    code = errors.MODEL_REFUSED


class ModelOutputUnusable(RunnerFailure):
    """The model's report does not have its form, also when it is told so."""

    code = errors.MODEL_OUTPUT_UNUSABLE


class ModelOutOfBounds(RunnerFailure):
    """The model reached too often for what lies outside of the workspace. Nothing there was read or written."""

    code = errors.MODEL_OUT_OF_BOUNDS


class BudgetSpent(RunnerFailure):
    """A limit on requests, tokens or money is reached."""

    code = errors.BUDGET_SPENT
