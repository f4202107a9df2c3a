"""How a build ended without saying so: Temporal closed its workflow, or has it no more.

Such an end stands in no journal, since nobody was there to write the entry. It is a fact beside the journal, told by
Temporal; the fold knows nothing of it.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from baton.domain.model import Value
from baton.domain.vocabulary import Status


class OutsideKind(StrEnum):
    """What Temporal says of a workflow whose journal has no end."""

    TERMINATED = "terminated"  # somebody terminated it: in the Web UI, with Temporal's command line, by its API
    TIMED_OUT = "timed_out"  # its execution or run timeout was over
    DELETED = "deleted"  # Temporal has it no more: removed by hand or, after an end that nobody saw, by retention
    FAILED = "failed"  # the workflow failed without the build having been given up
    CANCELLED = "cancelled"  # it was cancelled, and its last entries are lost
    COMPLETED = "completed"  # it is complete, and its last entries are lost

    @property
    def status(self) -> Status:
        """The status of a build that ended so."""
        return {OutsideKind.CANCELLED: Status.CANCELLED, OutsideKind.COMPLETED: Status.COMPLETE}.get(
            self, Status.FAILED
        )

    @property
    def said(self) -> str:
        """What happened to the workflow, as the end of a sentence."""
        return _SAID[self]


_SAID = {
    OutsideKind.TERMINATED: "was terminated in Temporal",
    OutsideKind.TIMED_OUT: "was timed out by Temporal",
    OutsideKind.DELETED: "is no longer in Temporal",
    OutsideKind.FAILED: "failed in Temporal",
    OutsideKind.CANCELLED: "was cancelled in Temporal, and its last entries are lost",
    OutsideKind.COMPLETED: "is complete in Temporal, and its last entries are lost",
}


class OutsideEnd(Value):
    """An end that the journal does not tell of."""

    kind: OutsideKind
    at: datetime = Field(description="when the workflow closed; of a deleted one, when that was noticed")
    by: str = Field(default="", description="who terminated it, as Temporal has it")
    reason: str = Field(default="", description="why, as Temporal has it")

    @property
    def sentence(self) -> str:
        """What happened, by whom and why: ``Its workflow was terminated in Temporal by ada: wrong branch.``"""
        by = f" by {self.by}" if self.by else ""
        because = f": {' '.join(self.reason.split())}" if self.reason.strip() else ""
        said = f"Its workflow {self.kind.said}{by}{because}"
        return said if said.endswith((".", "!", "?")) else f"{said}."
