"""The views for reports: names and columns, the same on SQLite and PostgreSQL. Migrations make them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Double, MetaData, Table, Text, Uuid

from baton.store.columns import UtcDateTime

VIEWS = MetaData()
"""All that are for others to read."""

INNER_VIEWS = MetaData()
"""Those that reports read beside summaries: the same, of builds that have none, each row with the build's ``id``."""


def _texts(*names: str) -> Iterator[Column[str]]:
    return (Column(name, Text) for name in names)


def _counts(*names: str) -> Iterator[Column[int]]:
    return (Column(name, BigInteger) for name in names)


def _numbers(*names: str) -> Iterator[Column[float]]:
    return (Column(name, Double) for name in names)


def _moments(*names: str) -> Iterator[Column[Any]]:
    return (Column(name, UtcDateTime) for name in names)


def _of_build() -> Iterator[Column[Any]]:
    yield from _texts("build_id", "project_id", "user_id", "profile")
    yield from _moments("build_created_at")


def _of_stays() -> Iterator[Column[Any]]:
    yield from _counts("stays", "finished")
    yield from _numbers("p50_seconds", "p90_seconds")
    yield from _counts("sent_back", "failed", "tried", "first_passed")
    yield from _numbers("first_pass_yield")


STAYS = Table(
    "report_stays",
    VIEWS,
    *_of_build(),
    *_counts("number"),
    *_texts("state", "role"),
    *_moments("entered_at", "left_at"),
    *_numbers("seconds"),
    *_texts("left_to", "ended_by", "code"),
)
"""One row for each stay of a build in a state in which something can still happen."""

WAITS = Table(
    "report_waits",
    VIEWS,
    *_of_build(),
    *_counts("stay"),
    *_texts("kind", "state", "role"),
    *_moments("began_at", "ended_at"),
    *_numbers("seconds"),
    *_texts("ended_by"),
)
"""One row for each time that a build waited for a person, within one stay."""

REWORK = Table(
    "report_rework",
    VIEWS,
    *_of_build(),
    *_counts("round"),
    *_moments("sent_back_at"),
    *_texts("from_role", "to_role", "from_state", "to_state", "reason"),
)
"""One row for each move back for rework."""

USAGE = Table(
    "report_usage",
    VIEWS,
    *_of_build(),
    *_moments("reported_at"),
    *_texts("phase", "role", "runner", "program", "model"),
    *_counts("requests", "input_tokens", "output_tokens", "cached_tokens", "tokens"),
    *_numbers("cost_usd"),
    *_counts("unpriced"),
)
"""One row for each report, or failure, that told what it used."""

BUILDS = Table(
    "report_builds",
    VIEWS,
    *_texts("build_id", "project_id", "user_id", "profile", "title", "status", "current_state"),
    *_moments("created_at", "completed_at"),
    *_numbers("seconds"),
    *_counts("handoffs", "phase_runs", "rework_rounds", "retries", "rollbacks", "times_parked", "first_pass"),
    *_texts("failed_in"),
    *_counts("tokens"),
    *_numbers("cost_usd"),
    *_counts("unpriced_reports"),
    *_texts("ended_outside"),
    *_texts("forked_from"),
    *_counts("forked_sequence"),
    *_texts("forked_phase"),
)
"""One row for each build, with its figures; a fork counts with what happened in itself."""

PROJECTS = Table(
    "report_projects",
    VIEWS,
    *_texts("project_id"),
    *_counts("total", "completed", "in_progress", "waiting", "paused", "error", "failed", "cancelled"),
    *_numbers("success_rate", "first_pass_yield", "average_duration", "p50_duration", "p90_duration"),
    *_numbers("average_handoffs"),
    *_counts("rework_rounds", "tokens"),
    *_numbers("cost_usd", "cost_per_completed"),
    *_counts("unpriced_reports"),
    *_texts("most_common_failure_point"),
)
"""One row for each project."""

PHASES = Table("report_phases", VIEWS, *_texts("project_id", "phase", "role"), *_of_stays())
"""One row for each phase of each project."""

ROLES = Table(
    "report_roles",
    VIEWS,
    *_texts("project_id", "role"),
    *_of_stays(),
    *_counts("got_back", "tokens"),
    *_numbers("cost_usd"),
    *_counts("unpriced_reports"),
)
"""One row for each role of each project."""

THROUGHPUT = Table(
    "report_throughput",
    VIEWS,
    *_texts("project_id"),
    Column("day", Date),
    *_counts("started", "completed", "failed", "cancelled"),
)
"""One row for each project and day (UTC) on which a build was started or ended."""

WAIT_TIMES = Table(
    "report_wait_times",
    VIEWS,
    *_texts("project_id", "kind"),
    *_counts("waits", "waiting_now"),
    *_numbers("total_seconds", "p50_seconds", "p90_seconds"),
)
"""One row for each project and kind of wait."""

COSTS = Table(
    "report_costs",
    VIEWS,
    *_texts("project_id", "role", "program", "model"),
    *_counts("reports", "requests", "input_tokens", "output_tokens", "cached_tokens", "tokens"),
    *_numbers("cost_usd"),
    *_counts("unpriced_reports"),
)
"""One row for each project, role, program and model."""


def _unsummarized(view: Table) -> Table:
    name = view.name.replace("report_", "unsummarized_")
    return Table(name, INNER_VIEWS, Column("id", Uuid), *(Column(one.name, one.type) for one in view.columns))


OPEN_STAYS, OPEN_WAITS, OPEN_REWORK = _unsummarized(STAYS), _unsummarized(WAITS), _unsummarized(REWORK)
OPEN_USAGE, OPEN_BUILDS = _unsummarized(USAGE), _unsummarized(BUILDS)
