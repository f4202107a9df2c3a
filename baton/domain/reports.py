"""What a role returns at the end of a phase.

A report may come from a runner of ours or from anybody outside: known fields are typed and judged, unknown ones are
kept as they are.
"""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, model_validator

from baton.domain.attempts import Attempt, Compensation, Player
from baton.domain.evidence import Evidence, Finding, Open, Severity, Usage
from baton.domain.jsonvalue import MAX_DEPTH, NotJson, canonical, clean
from baton.domain.model import describe
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import RefusalCode, Verdict

__all__ = [
    "MAX_REPORT_BYTES",
    "Evidence",
    "Finding",
    "PhaseReport",
    "Question",
    "Severity",
    "Usage",
    "clean_result",
    "parse_report",
]

MAX_REPORT_BYTES = 256 * 1024
"""The largest report, as JSON. Large results belong in the workspace; the report carries their commit."""


_OUTSIDE = {"fractions": True}
"""The validation context of a report that comes from outside, where coverage may be told as a fraction."""


def _percent(value: Any, info: ValidationInfo) -> Any:
    """Coverage as percent. ``"85%"`` is 85; in a report from outside a number up to 1 is a fraction, so 0.85 is 85."""
    if isinstance(value, str):
        text = value.strip()
        if text.endswith("%"):
            return float(text[:-1])
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("coverage is a number: percent (85) or a fraction (0.85)")
    return round(value * 100, 6) if info.context == _OUTSIDE and 0 <= value <= 1 else value


class Question(Open):
    """Something that a role needs to know from a person. A plain text is a question too."""

    id: str = ""
    text: str

    @model_validator(mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class PhaseReport(Open):
    """The report of one phase. Every field is optional; which ones a gate asks for is said in ``gates``.

    One that the journal could not carry (NaN, say) is not made at all, so it fails where the role works.
    """

    verdict: Verdict | None = None
    summary: str = ""
    output: dict[str, Any] = Field(default_factory=dict, description="what the next roles work with")
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    usage: Usage | None = None
    commit: str | None = Field(default=None, description="the commit that the phase ended in")
    tree: str | None = Field(default=None, description="the tree of that commit")
    all_tests_passed: bool | None = None
    tests_run: int | None = Field(default=None, ge=0)
    tests_failed: int | None = Field(default=None, ge=0)
    test_coverage: Annotated[float, BeforeValidator(_percent), Field(ge=0, le=100)] | None = Field(
        default=None, description="percent; only parse_report takes a fraction"
    )
    approved_for_deployment: bool | None = None
    deployment_successful: bool | None = None
    proofs: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="acceptance criterion ID to the IDs of the tests that passed and prove it"
    )
    player: Player | None = Field(default=None, description="who did the phase")
    attempts: tuple[Attempt, ...] = Field(default=(), description="what it took, when it took more than one")
    compensations: tuple[Compensation, ...] = Field(default=(), description="what was undone in this phase")
    base: str | None = Field(default=None, description="the commit that the build began with")

    @model_validator(mode="after")
    def _storable(self) -> Self:
        self.to_json()
        return self

    def to_json(self) -> dict[str, Any]:
        """The report as it is journaled: set fields only, unknown ones included."""
        data: dict[str, Any] = clean(
            self.model_dump(mode="json", exclude_defaults=True), where="report", depth=2 * MAX_DEPTH
        )
        return data


def clean_result(value: Any) -> dict[str, Any]:
    """What a role returned, as clean JSON. Raises :class:`Refusal` (malformed, report_too_large)."""
    if not isinstance(value, dict):
        raise Refusal(RefusalCode.MALFORMED, f"a report is a JSON object, not a {type(value).__name__}")
    try:
        cleaned: dict[str, Any] = clean(value, where="report")
    except NotJson as error:
        raise Refusal(RefusalCode.MALFORMED, str(error)) from error
    size = len(canonical(cleaned))
    if size > MAX_REPORT_BYTES:
        raise Refusal(
            RefusalCode.REPORT_TOO_LARGE,
            f"the report has {size:,} bytes; at most {MAX_REPORT_BYTES:,} are taken. "
            "Put large results into the workspace and report their path and commit",
        )
    return cleaned


def parse_report(value: Any) -> PhaseReport:
    """Read a report. Raises :class:`Refusal` (malformed, report_too_large) with what is wrong and where."""
    cleaned = clean_result(value)
    try:
        return PhaseReport.model_validate(cleaned, context=_OUTSIDE)
    except ValidationError as error:
        raise Refusal(RefusalCode.MALFORMED, f"report: {describe(error)}") from error
