"""How a build's workflow stands in Temporal."""

from enum import StrEnum


class Standing(StrEnum):
    """What Temporal says of a workflow, all of its runs taken together."""

    RUNNING = "running"  # it has not closed
    COMPLETED = "completed"  # it returned: the build is complete
    FAILED = "failed"  # the build was abandoned, or never opened
    CANCELLED = "cancelled"  # it ended on request, with its last entries written
    TERMINATED = "terminated"  # Temporal stopped it from outside; what it still had to say is lost
    TIMED_OUT = "timed_out"  # Temporal stopped it, as nobody carried it on in time
    MISSING = "missing"  # Temporal has no such workflow, or keeps it no more

    @property
    def ended_by_itself(self) -> bool:
        """Whether the workflow closed in its own time, which it does after its last entry is written only."""
        return self in (Standing.COMPLETED, Standing.FAILED, Standing.CANCELLED)
