"""What a round found wrong: nothing, if all is well."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of wrong it is; the figures count each."""

    LOST = "lost entries"  # something was answered, or reported, and no entry tells of it
    DOUBLED = "doubled rows"  # one thing was written or done twice
    FALSE = "false statuses"  # SQL, REST, Temporal and the journal do not say the same of a build
    DRIFT = "drift"  # a row that differs from the journal
    CHAIN = "broken chains"  # a journal whose hashes do not hold, or that does not give its status
    STUCK = "stuck builds"  # neither ended nor parked, or Temporal cannot get a workflow task through
    SLOW = "slow recoveries"  # a worker's death cost more time than it may
    LEFT = "left behind"  # a process, a lock, a folder or a mount
    GROWN = "memory grown"  # a worker or the gateway
    OTHER = "other"


@dataclass
class Findings:
    """All of them, in words."""

    found: list[tuple[Kind, str]] = field(default_factory=list)

    def add(self, kind: Kind, what: str) -> None:
        """One more."""
        self.found.append((kind, what))

    def count(self, kind: Kind) -> int:
        """How many of a sort."""
        return sum(one is kind for one, _ in self.found)
