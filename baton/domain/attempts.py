"""How a phase was done: by whom, in how many attempts, with what left to spend, and what was undone."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from baton.domain.evidence import Evidence, Open, Usage
from baton.domain.jsonvalue import MAX_DEPTH, clean
from baton.domain.model import Value
from baton.domain.vocabulary import Phase


class Resumption(StrEnum):
    """How an attempt took up the work of an earlier one that was cut short."""

    FULL = "full"  # the conversation and the files, as they were
    PARTIAL = "partial"  # one of the two
    NONE = "none"  # from the beginning


class Player(Open):
    """Who did a phase. What is not known is empty."""

    runner: str = ""
    program: str = ""
    version: str = Field(default="", description="of the program")
    model: str = Field(default="", description="as the provider calls it")
    prompt: str = Field(default="", description="name of the prompt")
    prompt_digest: str = Field(default="", description="SHA-256 of the prompt")
    session: str = Field(default="", description="the program's own name for the conversation")


class Attempt(Open):
    """One attempt at a phase. ``failure`` is the code of what ended it; empty for one that made the report."""

    number: Annotated[int, Field(ge=1)]
    resumed: Resumption | None = Field(default=None, description="none for an attempt that had nothing to go on from")
    why: str = Field(default="", description="why it was resumed so")
    usage: Usage | None = None
    failure: str = ""


class _Storable(Open):
    """One that the journal could not carry (NaN, say) is not made at all, so it fails where it comes from."""

    @model_validator(mode="after")
    def _storable(self) -> Self:
        clean(self.model_dump(mode="json"), depth=2 * MAX_DEPTH)
        return self


class Expenses(_Storable):
    """What the attempts at an order came to so far. It crosses the wire as detail of failures and heartbeats."""

    usage: Usage | None = None
    attempts: tuple[Attempt, ...] = ()


class Compensation(_Storable):
    """A phase's effects outside the workspace were undone, or could not be."""

    phase: Phase
    succeeded: bool
    message: str = ""
    evidence: tuple[Evidence, ...] = ()


class Budget(Value):
    """What a phase may spend. ``None`` is no limit. Money in US dollars."""

    requests: int | None = None
    tokens: int | None = Field(default=None, description="input and output together")
    money: float | None = None
