"""What the bodies of commands have in common. Fields that are not known are refused: a misspelt one is not lost."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from baton.domain.commands import AnyCasePhase, AnyCaseRole, AnyCaseState, OptionalReason, Reason
from baton.domain.vocabulary import Phase, Role, State


def _either_case(words: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [case for word in words for case in (word.value, word.value.upper())]}


AnyRole = Annotated[AnyCaseRole, Field(json_schema_extra=_either_case(Role))]
AnyState = Annotated[AnyCaseState, Field(json_schema_extra=_either_case(State))]
AnyPhase = Annotated[AnyCasePhase, Field(json_schema_extra=_either_case(Phase))]

Why = Annotated[Reason, Field(pattern=r"\S", description="for the journal, and for who reads it")]
WhyNot = Annotated[OptionalReason, Field(description="for the journal; may be left out")]


class Told(BaseModel):
    """The body of a command."""

    model_config = ConfigDict(extra="forbid")


class Believing(Told):
    """The body of a command that moves the build."""

    expected_state: AnyState | None = Field(
        default=None,
        description="The state that you believe the build is in; in another it refuses with `stale_state`. Without it, "
        "the one that it is in when the request comes",
    )

    @property
    def believed(self) -> str | None:
        """That state, as commands name it."""
        return None if self.expected_state is None else self.expected_state.value
