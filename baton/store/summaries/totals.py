"""Totals of summaries, by project, for questions about all time. Triggers keep them with every row of a summary.

Where a summary has NULL a total has the empty text, or -1 for ``spread``. Rows that have become nought may be left.
"""

from datetime import date

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from baton.store.summaries.tables import SummaryBuild, SummaryRework, SummaryStay, SummaryUsage, SummaryWait
from baton.store.tables import Base


def _key() -> Mapped[str]:
    return mapped_column(primary_key=True)


def _number() -> Mapped[int]:
    return mapped_column(primary_key=True, autoincrement=False)


def _count() -> Mapped[int]:
    return mapped_column(BigInteger)


class TotalBuilds(Base):
    """Builds that ended alike."""

    __tablename__ = "total_builds"

    project_id: Mapped[str] = _key()
    status: Mapped[str] = _key()
    failed_in: Mapped[str] = _key()
    spread: Mapped[int] = _number()
    builds: Mapped[int] = _count()
    first_pass: Mapped[int] = _count()
    seconds: Mapped[float]
    handoffs: Mapped[int] = _count()
    rework_rounds: Mapped[int] = _count()
    tokens: Mapped[int] = _count()
    cost_usd: Mapped[float]
    unpriced_reports: Mapped[int] = _count()


class TotalStarts(Base):
    """Builds that began on a day (UTC)."""

    __tablename__ = "total_starts"

    project_id: Mapped[str] = _key()
    day: Mapped[date] = mapped_column(primary_key=True)
    builds: Mapped[int] = _count()


class TotalEnds(Base):
    """Builds that ended on a day (UTC), by how."""

    __tablename__ = "total_ends"

    project_id: Mapped[str] = _key()
    day: Mapped[date] = mapped_column(primary_key=True)
    status: Mapped[str] = _key()
    builds: Mapped[int] = _count()


class TotalStays(Base):
    """Stays that went alike."""

    __tablename__ = "total_stays"

    project_id: Mapped[str] = _key()
    state: Mapped[str] = _key()
    ended_by: Mapped[str] = _key()
    first: Mapped[int] = _number()
    spread: Mapped[int] = _number()
    stays: Mapped[int] = _count()


class TotalWaits(Base):
    """Waits of a kind that took about as long."""

    __tablename__ = "total_waits"

    project_id: Mapped[str] = _key()
    kind: Mapped[str] = _key()
    spread: Mapped[int] = _number()
    waits: Mapped[int] = _count()
    seconds: Mapped[float]


class TotalRework(Base):
    """Ways back: in how many builds, and how often."""

    __tablename__ = "total_rework"

    project_id: Mapped[str] = _key()
    from_role: Mapped[str] = _key()
    to_role: Mapped[str] = _key()
    from_state: Mapped[str] = _key()
    to_state: Mapped[str] = _key()
    builds: Mapped[int] = _count()
    times: Mapped[int] = _count()


class TotalUsage(Base):
    """What the reports of a role used, with one program and model."""

    __tablename__ = "total_usage"

    project_id: Mapped[str] = _key()
    role: Mapped[str] = _key()
    program: Mapped[str] = _key()
    model: Mapped[str] = _key()
    reports: Mapped[int] = _count()
    requests: Mapped[int] = _count()
    input_tokens: Mapped[int] = _count()
    output_tokens: Mapped[int] = _count()
    cached_tokens: Mapped[int] = _count()
    tokens: Mapped[int] = _count()
    cost_usd: Mapped[float]
    unpriced: Mapped[int] = _count()


SUMMARIES: tuple[type[Base], ...] = (SummaryBuild, SummaryStay, SummaryWait, SummaryRework, SummaryUsage)
"""The tables of summaries, in the order in which they are written."""

TOTALS: dict[type[Base], type[Base]] = {
    TotalBuilds: SummaryBuild,
    TotalStarts: SummaryBuild,
    TotalEnds: SummaryBuild,
    TotalStays: SummaryStay,
    TotalWaits: SummaryWait,
    TotalRework: SummaryRework,
    TotalUsage: SummaryUsage,
}
"""The tables of totals, and of which summaries each is."""
