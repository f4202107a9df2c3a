"""Where a build comes from that was forked."""

from pydantic import Field

from baton.domain.ledger import Ledger
from baton.domain.model import Value
from baton.domain.requests import BuildId
from baton.domain.vocabulary import LimitName, Phase


class Lineage(Value):
    """The origin of a fork: another build, up to the entry with which one of its phases began."""

    build_id: BuildId
    first_run_id: str = Field(description="Temporal's first execution run ID of that build")
    sequence: int = Field(ge=1, description="the entry of its journal with which the phase began")
    hash: str = Field(description="of that entry")
    phase: Phase
    run: int = Field(ge=1, description="the how-manieth run of the phase it was there")
    commit: str | None = Field(default=None, description="the commit that the phase began with")
    ledger: Ledger = Field(description="what had been used before")
    seconds: float = Field(ge=0, description="of wall clock that had passed before")
    extended: dict[LimitName, float | None] = Field(
        default_factory=dict, description="budgets that were raised by the fork; null is no limit"
    )

    def same_fork(self, other: "Lineage", *, same_key: bool) -> bool:
        """Whether ``other`` is the same fork. With the same key it is, also when the origin has gone on since."""
        if same_key:
            return (self.build_id, self.phase, self.extended) == (other.build_id, other.phase, other.extended)
        mine, theirs = ((one.build_id, one.hash, one.phase, one.extended) for one in (self, other))
        return mine == theirs
