"""What leaves a phase is without the values of variables that its role was given, and without what looks like a
secret."""

import contextlib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import application_error
from baton.domain.attempts import Attempt, Compensation, Player, Resumption
from baton.domain.evidence import Evidence, Finding, Severity, Usage
from baton.domain.reports import PhaseReport, Question
from baton.domain.vocabulary import Phase, Role, Verdict
from baton.runners.base import Heartbeat
from baton.runners.failures import RunnerFailure
from baton.runners.passed import passed_secrets
from baton.runners.profile import Profile
from baton.runners.quoting import blotted
from baton.runtime.secret_shapes import masked

_ENUMS: tuple[type[StrEnum], ...] = (Phase, Verdict, Severity, Resumption)
_MODELS: tuple[type[BaseModel], ...] = (PhaseReport, Attempt, Compensation, Player, Evidence, Finding, Usage, Question)
_VOCABULARY = frozenset(str(word) for words in _ENUMS for word in words) | {
    name for model in _MODELS for name in model.model_fields
}
"""What gives a report its form. A value that is one of these words gives nothing away, and stays."""


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Replaces ``secrets``, and all of :mod:`baton.runtime.secret_shapes`, by ``***`` in reports, heartbeats and
    failures. Files are not looked into."""

    secrets: tuple[str, ...]

    @classmethod
    def about(cls, role: Role, profile: Profile, environment: Mapping[str, str]) -> "Secrecy":
        """What ``role`` is not to give away."""
        checks = profile.checks.get(role)
        options = (profile.options[role], checks) if checks is not None else (profile.options[role],)
        return cls(passed_secrets(options, environment))

    def report(self, report: PhaseReport) -> PhaseReport:
        """``report`` without them."""
        told = report.to_json()
        blotted = self.blotted(told)
        return report if blotted == told else PhaseReport.model_validate(blotted)

    def compensation(self, outcome: Compensation) -> Compensation:
        """``outcome`` without them."""
        told = outcome.model_dump(mode="json", exclude_defaults=True)
        return Compensation.model_validate(self.blotted(told))

    def blotted(self, value: Any) -> Any:
        """A JSON value without them, in keys too. What is no JSON stays as it is."""
        match value:
            case str():
                return value if value in _VOCABULARY else self._hidden(value)
            case dict():
                return {self.blotted(key): self.blotted(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self.blotted(inner) for inner in value]
            case _:
                return value

    def _hidden(self, text: str) -> str:
        return masked(blotted(text, self.secrets))

    def heartbeat(self, beat: Heartbeat) -> Heartbeat:
        """``beat``, whose details are without them."""
        return lambda *details: beat(*(self.blotted(detail) for detail in details))

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Raise what fails in the body as an ApplicationError without them.

        It has no cause: Temporal would store that too, with all that a program said, at any length. What nobody
        foresaw is logged with its traceback.
        """
        try:
            yield
        except Exception as error:
            if not isinstance(error, RunnerFailure | ApplicationError):
                told = "".join(traceback.format_exception(error))
                activity.logger.warning("A phase failed\n%s", self._hidden(told))
            failure = application_error(error)
            raise ApplicationError(
                self._hidden(failure.message),
                *self.blotted(failure.details),
                type=failure.type,
                non_retryable=failure.non_retryable,
                next_retry_delay=failure.next_retry_delay,
            ) from None
