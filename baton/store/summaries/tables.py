"""Summaries: what reports add up of builds that have ended, so that they need not read all of their entries.

A build has rows here exactly while its own row says ``summarized``. They are what the views ``unsummarized_…`` said of
it, and a trigger removes them as soon as its row says something else; then those views tell of it again. ``spread`` is
the bin of ``seconds``, see :mod:`baton.store.summaries.spread`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from baton.store.tables import Base


def _of_build() -> Mapped[UUID]:
    return mapped_column(ForeignKey("build_workflows.id", ondelete="CASCADE"), primary_key=True)


class SummaryBuild(Base):
    """The figures of one build; a fork's are its own."""

    __tablename__ = "summary_builds"

    workflow_id: Mapped[UUID] = _of_build()
    project_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    completed_at: Mapped[datetime]
    status: Mapped[str]
    seconds: Mapped[float]
    handoffs: Mapped[int]
    first_pass: Mapped[int]
    failed_in: Mapped[str | None]
    rework_rounds: Mapped[int]
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[float]
    unpriced_reports: Mapped[int]
    spread: Mapped[int]

    __table_args__ = (
        Index(
            "ix_summary_builds_figures",
            *("project_id", "created_at", "status", "spread", "seconds", "handoffs", "first_pass", "failed_in"),
            *("rework_rounds", "tokens", "cost_usd", "unpriced_reports"),
        ),
        Index("ix_summary_builds_ranks", "project_id", "status", "seconds", "created_at"),
        Index("ix_summary_builds_ranks_of_all", "status", "seconds", "created_at", "project_id"),
        Index("ix_summary_builds_ends", "completed_at", "status"),
        Index("ix_summary_builds_project_ends", "project_id", "completed_at", "status"),
    )


class SummaryStay(Base):
    """One stay in a phase. ``first`` is 1 for the first that the role ended, of all in that phase of the build."""

    __tablename__ = "summary_stays"

    workflow_id: Mapped[UUID] = _of_build()
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)  # of the build, as in all of these
    state: Mapped[str]
    seconds: Mapped[float | None]
    ended_by: Mapped[str | None]
    first: Mapped[int]
    spread: Mapped[int | None]

    __table_args__ = (
        Index("ix_summary_stays_figures", "project_id", "created_at", "state", "ended_by", "first", "spread"),
        Index("ix_summary_stays_ranks", "state", "seconds", "project_id", "created_at", "ended_by"),
    )


class SummaryWait(Base):
    """One wait for a person."""

    __tablename__ = "summary_waits"

    workflow_id: Mapped[UUID] = _of_build()
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    seconds: Mapped[float | None]
    spread: Mapped[int | None]

    __table_args__ = (
        Index("ix_summary_waits_figures", "project_id", "created_at", "kind", "spread", "seconds"),
        Index("ix_summary_waits_ranks", "kind", "seconds", "project_id", "created_at"),
    )


class SummaryRework(Base):
    """How often a build's work went back from one state to another."""

    __tablename__ = "summary_rework"

    workflow_id: Mapped[UUID] = _of_build()
    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    from_role: Mapped[str]
    to_role: Mapped[str]
    times: Mapped[int]

    __table_args__ = (
        Index(
            "ix_summary_rework_figures",
            *("project_id", "created_at", "from_role", "to_role", "from_state", "to_state", "times"),
        ),
    )


class SummaryUsage(Base):
    """What the reports of one role of a build used, with one program and model."""

    __tablename__ = "summary_usage"

    workflow_id: Mapped[UUID] = _of_build()
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    role: Mapped[str | None]
    program: Mapped[str | None]
    model: Mapped[str | None]
    reports: Mapped[int]
    requests: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_tokens: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[float | None]
    unpriced: Mapped[int]

    __table_args__ = (
        Index(
            "ix_summary_usage_figures",
            *("project_id", "created_at", "role", "program", "model", "reports", "requests", "input_tokens"),
            *("output_tokens", "cached_tokens", "tokens", "cost_usd", "unpriced"),
        ),
    )
