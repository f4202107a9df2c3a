"""What a model hands in at the end of a phase: one form for each. None has a field that a gate judges by."""

import json
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_MOST_BYTES = 120_000

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
CriterionId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]


class _Output(BaseModel):
    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len(json.dumps(self.model_dump(mode="json")).encode())
        if size > _MOST_BYTES:
            raise ValueError(f"{size:,} bytes are too many for a report; at most {_MOST_BYTES:,}: say it shorter")
        return self


class AcceptanceCriterion(BaseModel):
    """One thing that must be true at the end, so that a test can show it."""

    id: CriterionId = Field(description="AC-1, AC-2 …; an ID that the request itself gives is kept")
    text: Line


class Asked(BaseModel):
    """A question to the person who sent the request."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")] = Field(
        description="a short name for it, such as 'date-format'"
    )
    text: Line = Field(description="the question, to be understood by itself")


class DiscoveryOutput(_Output):
    """What the request asks for, and what has to be asked first."""

    title: Line
    about: Text = Field(default="", description="what it is for, in a few sentences")
    requirements: tuple[Line, ...] = Field(default=(), max_length=200)
    acceptance_criteria: tuple[AcceptanceCriterion, ...] = Field(default=(), max_length=200)
    constraints: tuple[Line, ...] = Field(default=(), max_length=200)
    questions: tuple[Asked, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _once("acceptance criterion", [criterion.id for criterion in self.acceptance_criteria])
        _once("question", [question.id for question in self.questions])
        if not self.acceptance_criteria and not self.questions:
            raise ValueError("neither acceptance criteria nor questions: without criteria, ask for them")
        return self


class Step(BaseModel):
    """One step of the work."""

    criterion: CriterionId = Field(description="the acceptance criterion that it serves")
    task: Line = Field(description="what is to be done")
    test: Line = Field(description="the test that fails until it is done: its file, and what it checks")
    files: tuple[Line, ...] = Field(default=(), max_length=100, description="paths that it makes or changes")


class PlanningOutput(_Output):
    """The plan, a step or more for each acceptance criterion."""

    summary: Line
    steps: tuple[Step, ...] = Field(max_length=400)
    questions: tuple[Asked, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _once("question", [question.id for question in self.questions])
        return self


class Proof(BaseModel):
    """The tests that show a criterion to be met."""

    criterion: CriterionId
    tests: tuple[Line, ...] = Field(max_length=200, description="IDs of tests, as run_tests names them")


class ImplementationOutput(_Output):
    """What was written."""

    summary: Line = Field(description="what was done, in one or two sentences, for people")
    proofs: tuple[Proof, ...] = Field(default=(), max_length=200)
    notes: Text = Field(default="", description="what the next roles have to know; empty if nothing")


class Found(BaseModel):
    """One defect."""

    message: Line = Field(description="what is wrong, where, and what would be right")
    severity: Literal["error", "warning"] = "error"
    criterion: CriterionId | None = Field(default=None, description="the acceptance criterion that is not met")
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] | None = Field(
        default=None, description="what was executed and shows it, by the name it has in the data: a test ID, a rule"
    )
    path: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    line: int | None = Field(default=None, ge=1)


class ReviewOutput(_Output):
    """What a review found: an empty list if nothing."""

    summary: Line
    findings: tuple[Found, ...] = Field(default=(), max_length=100)


def _once(what: str, ids: list[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"the {what} {', '.join(twice)} is there twice; give each an ID of its own")
