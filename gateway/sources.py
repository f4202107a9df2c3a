"""Who is asked for the journal of a build."""

from enum import StrEnum


class Source(StrEnum):
    """Where a journal comes from."""

    TEMPORAL = "temporal"  # the truth, as of now
    SQL = "sql"  # a copy, moments behind; of builds that Temporal has forgotten, too
