"""What a role returns at the end of a phase.

A report may come from a runner of ours or from anybody outside: known fields are typed and judged, unknown ones are
kept as they are.
"""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from baton.domain.jsonvalue import MAX_DEPTH, NotJson, canonical, clean
from baton.domain.model import describe
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import RefusalCode, Verdict

MAX_REPORT_BYTES = 256 * 1024
"""The largest report, as JSON. Large results belong in the workspace; the report carries their commit."""


class Severity(StrEnum):
    """Whether a finding holds the work."""

    ERROR = "error"  # sends the work back
    WARNING = "warning"  # is told, and holds nothing


_WARNINGS = {"warning", "warn", "info", "note", "low", "minor", "advisory", "hint", "style"}


def _severity(value: Any) -> Any:
    return Severity.WARNING if str(value).lower() in _WARNINGS else Severity.ERROR


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


class _Open(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="constants")


class Finding(_Open):
    """One defect, tied to an acceptance criterion or to executed evidence. A plain text is a finding too."""

    id: str = ""
    message: str
    severity: Annotated[Severity, BeforeValidator(_severity)] = Severity.ERROR
    criterion: str | None = Field(default=None, description="ID of the acceptance criterion that is not met")
    evidence: str | None = Field(default=None, description="what was executed: a test ID, a linter or scanner rule")
    path: str | None = None
    line: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return {"message": value} if isinstance(value, str) else value


class Evidence(_Open):
    """One command that was executed, on which commit, and what came of it."""

    name: str
    command: tuple[str, ...] = ()
    exit_code: int | None = None
    duration_seconds: float | None = None
    commit: str | None = None
    tree: str | None = None
    counts: dict[str, float] = Field(default_factory=dict)
    tools: dict[str, str] = Field(default_factory=dict, description="tool name to version")
    sandbox: str | None = Field(default=None, description="what confined the command")


class Question(_Open):
    """Something that a role needs to know from a person. A plain text is a question too."""

    id: str = ""
    text: str

    @model_validator(mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


_Count = Annotated[int, Field(ge=0, le=10**12)]


class Usage(_Open):
    """What a phase used. Cost in US dollars; an unknown price is ``None``, never 0."""

    requests: _Count = 0
    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cached_tokens: _Count = 0
    cost_usd: Annotated[float, Field(ge=0, le=10**12)] | None = None


class PhaseReport(_Open):
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
