"""What a role found, what it executed, and what that cost: the parts of a report.

Unknown fields are kept as they are: reports come from runners of ours and from anybody outside.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Severity(StrEnum):
    """Whether a finding holds the work."""

    ERROR = "error"  # sends the work back
    WARNING = "warning"  # is told, and holds nothing


_WARNINGS = {"warning", "warn", "info", "note", "low", "minor", "advisory", "hint", "style"}


def _severity(value: Any) -> Any:
    return Severity.WARNING if str(value).lower() in _WARNINGS else Severity.ERROR


class Open(BaseModel):
    """Base of what may come from outside: immutable, and fields that are not known are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="constants")


class Finding(Open):
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


class Evidence(Open):
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


_Count = Annotated[int, Field(ge=0, le=10**12)]


class Usage(Open):
    """What a phase used. Cost in US dollars; an unknown price is ``None``, never 0."""

    requests: _Count = 0
    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cached_tokens: _Count = 0
    cost_usd: Annotated[float, Field(ge=0, le=10**12)] | None = None

    @property
    def priced(self) -> bool:
        """Whether its cost is known; nothing used costs nothing."""
        return self.cost_usd is not None or not (self.requests or self.input_tokens or self.output_tokens)

    def plus(self, other: "Usage") -> "Usage":
        """Both together. The cost is known only when both costs are."""
        known = self.priced and other.priced
        cost = (self.cost_usd or 0.0) + (other.cost_usd or 0.0)
        return Usage(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cost_usd=round(cost, 9) if known and (self.cost_usd, other.cost_usd) != (None, None) else None,
        )
