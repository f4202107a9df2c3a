"""Turn what pydantic-ai raises into a failure of ours: whether to try again, when, and what to correct."""

import json
from datetime import timedelta

from pydantic_ai import exceptions as model_errors

from baton.runners.failures import RunnerFailure
from baton.runners.llm.failures import ModelBusy, ModelOutputUnusable, ModelRefused, ModelUnavailable
from baton.runners.llm.provider import Connection
from baton.runners.quoting import last_lines

_TRY_LATER = (408, 409, 425)
_LONGEST_WAIT = timedelta(hours=24)


def no_answer(error: Exception, connection: Connection) -> RunnerFailure:
    """Why a request got no answer. Nothing in it shows a secret."""
    name, quoted = connection.name, _quoted(error, connection)
    status = getattr(error, "status_code", None)
    http = f" (HTTP {status})" if status else ""
    match error:
        case model_errors.ModelQuotaExceededError():
            return ModelRefused(
                f"the account's credit or quota for {name!r} is used up{http}. Top it up or raise it, then retry. "
                "The provider said:",
                quoted,
            )
        case model_errors.ModelRateLimitError():
            return ModelBusy(
                f"{name!r} takes no more requests for now{http}. It said:", quoted, retry_after=_wait(error)
            )
        case model_errors.ModelAuthenticationError():
            keys = ", ".join(repr(key) for key in connection.keys) or "no variable"
            return ModelRefused(
                f"the provider of {name!r} does not take the key{http}. It comes from {keys} of the worker's "
                "environment: correct it, see that it may use this model, start the worker again, then retry. The "
                "provider said:",
                quoted,
            )
        case model_errors.ModelNotFoundError():
            return ModelRefused(
                f"the provider does not know the model {name!r}{http}. Correct 'model' in the profile (or the variable "
                "that 'model_from' names), and 'base_url' if there is one, then retry. The provider said:",
                quoted,
            )
        case model_errors.ModelContextWindowExceededError():
            return ModelRefused(
                f"the conversation has become longer than {name!r} takes{http}. Give the role a model that takes more, "
                "or ask for less in one build. The provider said:",
                quoted,
            )
        case model_errors.ContentFilterError():
            return ModelRefused(f"the provider of {name!r} filtered the answer out. It said:", quoted)
        case model_errors.ModelHTTPError() if error.status_code == 429:
            return ModelBusy(
                f"{name!r} takes no more requests for now{http}. It said:", quoted, retry_after=_wait(error)
            )
        case model_errors.ModelHTTPError() if error.status_code < 500 and error.status_code not in _TRY_LATER:
            return ModelRefused(
                f"the provider of {name!r} refuses the request{http}. See whether the options of the role fit this "
                "model. It said:",
                quoted,
            )
        case model_errors.ModelRequestRejectedError():
            return ModelRefused(f"the provider of {name!r} refuses the request. It said:", quoted)
        case model_errors.ModelAPIError():
            what = "could not be reached" if isinstance(error, model_errors.ModelConnectionError) else "gave no answer"
            return ModelUnavailable(f"{name!r} {what}{http}. It was said:", quoted, retry_after=_wait(error))
        case _:
            # The client fell over what it got: a login page, half an answer, another protocol.
            return ModelUnavailable(f"{name!r} answered with something that is no answer. It was said:", quoted)


def no_report(error: model_errors.UnexpectedModelBehavior, connection: Connection) -> RunnerFailure:
    """Why an answer cannot be used."""
    name, quoted = connection.name, _quoted(error, connection)
    match error:
        case model_errors.ContentFilterError():
            return ModelRefused(f"the provider of {name!r} filtered the answer out. It said:", quoted)
        case model_errors.OutputTokenLimitExceeded():
            return ModelOutputUnusable(
                f"the answer of {name!r} was cut off. Raise 'max_output_tokens' of the role in the profile, then "
                "retry. It was said:",
                quoted,
            )
        case _:
            return ModelOutputUnusable(
                f"{name!r} did not give a report in its form, also when it was told what is wrong. Retry, or give the "
                "role another model. It was said:",
                quoted,
            )


def _wait(error: Exception) -> timedelta | None:
    seconds = getattr(error, "retry_after", None)
    return None if seconds is None else min(timedelta(seconds=seconds), _LONGEST_WAIT)


def _quoted(error: Exception, connection: Connection) -> str:
    body = getattr(error, "body", None)
    if isinstance(body, dict | list):
        text = json.dumps(body, ensure_ascii=False, default=str)
    else:
        text = str(body or error.__cause__ or error)
    return last_lines(text.encode(errors="replace"), secrets=connection.secrets)
