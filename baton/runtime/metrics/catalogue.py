"""Every metric of Baton's own. Labels take few values: states, phases, codes, names of a profile's; never an ID."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What Prometheus calls the type of a metric."""

    COUNTER = "counter"  # only grows, from 0 at the start of the process
    GAUGE = "gauge"  # as of now
    HISTOGRAM = "histogram"  # how many lay below each of some bounds, and their sum


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. The unit is the last word of its name, before ``_total``."""

    name: str
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG = (0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200)
_LAG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600)

PHASE_SECONDS = Metric(
    "baton_phase_seconds", Kind.HISTOGRAM, "Attempts at phases, until they ended", ("phase", "outcome"), _LONG
)
PHASES_RUNNING = Metric("baton_phases_running", Kind.GAUGE, "Phases at work on this worker", ("phase",))
PHASE_FAILURES = Metric("baton_phase_failures_total", Kind.COUNTER, "Attempts at phases that failed", ("phase", "code"))
MODEL_CALL_SECONDS = Metric(
    "baton_model_call_seconds", Kind.HISTOGRAM, "Requests to models, until they answered", ("model", "outcome"), _LONG
)
PROGRAM_SECONDS = Metric(
    "baton_program_seconds",
    Kind.HISTOGRAM,
    "Runs of coding agents and of a profile's own commands",
    ("program", "outcome"),
    _LONG,
)
JOURNAL_ENTRIES = Metric(
    "baton_journal_entries_total", Kind.COUNTER, "Journal entries that this worker wrote into SQL", ("kind",)
)
REWORK = Metric("baton_rework_total", Kind.COUNTER, "Moves back for rework", ("from_state", "to_state"))
REFUSALS = Metric("baton_refusals_total", Kind.COUNTER, "Commands that builds refused", ("command", "code"))
TOKENS = Metric("baton_tokens_total", Kind.COUNTER, "Tokens of models that phases used", ("phase", "direction"))
COST = Metric("baton_cost_usd_total", Kind.COUNTER, "US dollars that phases cost, where prices are known", ("phase",))
MODEL_REQUESTS = Metric("baton_model_requests_total", Kind.COUNTER, "Requests to models that phases made", ("phase",))
MIRROR_LAG = Metric(
    "baton_mirror_lag_seconds", Kind.HISTOGRAM, "From when an entry was made until it was in SQL", (), _LAG
)
MIRROR_WAITING = Metric(
    "baton_mirror_waiting_entries", Kind.GAUGE, "Entries handed to this worker that are not in SQL yet"
)
MIRROR_WAITING_SECONDS = Metric(
    "baton_mirror_waiting_seconds", Kind.GAUGE, "Age of the oldest entry handed to this worker and not in SQL yet"
)
WEBHOOK_SECONDS = Metric(
    "baton_webhook_attempt_seconds", Kind.HISTOGRAM, "Attempts to deliver notices", ("outcome",), _SHORT
)
WEBHOOKS_PARKED = Metric("baton_webhook_parked_total", Kind.COUNTER, "Notices that were given up")
HTTP_SECONDS = Metric(
    "baton_http_request_seconds",
    Kind.HISTOGRAM,
    "Requests to the gateway, until they were answered",
    ("method", "route", "status"),
    _SHORT,
)
HTTP_OPEN = Metric("baton_http_open_requests", Kind.GAUGE, "Requests to the gateway under way, streams included")

BUILDS = Metric("baton_builds", Kind.GAUGE, "Builds that have not ended, in SQL", ("state", "status"))
WAITING = Metric("baton_builds_waiting", Kind.GAUGE, "Builds that wait for people, in SQL", ("kind",))
WAITING_SECONDS = Metric(
    "baton_builds_waiting_oldest_seconds", Kind.GAUGE, "How long the one that waits longest has not moved", ("kind",)
)
DEADLINE_SECONDS = Metric(
    "baton_builds_waiting_deadline_seconds", Kind.GAUGE, "Until the first deadline; below 0 it has passed", ("kind",)
)
WEBHOOK_DELIVERIES = Metric("baton_webhook_deliveries", Kind.GAUGE, "Notices in SQL that nobody has taken", ("status",))
WEBHOOK_PENDING_SECONDS = Metric(
    "baton_webhook_pending_oldest_seconds", Kind.GAUGE, "Age of the oldest notice that is to be sent"
)
POLLERS = Metric("baton_queue_pollers", Kind.GAUGE, "Workers that poll a task queue, as Temporal sees them", ("queue",))
BACKLOG = Metric("baton_queue_backlog_tasks", Kind.GAUGE, "Tasks that wait in a task queue, roughly", ("queue",))
BACKLOG_SECONDS = Metric(
    "baton_queue_backlog_seconds", Kind.GAUGE, "How long the oldest task waits in a task queue", ("queue",)
)
DATABASE_UP = Metric("baton_database_up", Kind.GAUGE, "Whether the database answers: 1 or 0")
TEMPORAL_UP = Metric("baton_temporal_up", Kind.GAUGE, "Whether Temporal answers: 1 or 0")

MEASURED = (
    PHASE_SECONDS,
    PHASES_RUNNING,
    PHASE_FAILURES,
    MODEL_CALL_SECONDS,
    PROGRAM_SECONDS,
    JOURNAL_ENTRIES,
    REWORK,
    REFUSALS,
    TOKENS,
    COST,
    MODEL_REQUESTS,
    MIRROR_LAG,
    MIRROR_WAITING,
    MIRROR_WAITING_SECONDS,
    WEBHOOK_SECONDS,
    WEBHOOKS_PARKED,
    HTTP_SECONDS,
    HTTP_OPEN,
)
"""What is counted where it happens."""

LOOKED_UP = (
    BUILDS,
    WAITING,
    WAITING_SECONDS,
    DEADLINE_SECONDS,
    WEBHOOK_DELIVERIES,
    WEBHOOK_PENDING_SECONDS,
    POLLERS,
    BACKLOG,
    BACKLOG_SECONDS,
    DATABASE_UP,
    TEMPORAL_UP,
)
"""What is asked of SQL and of Temporal now and then; every process that asks says the same."""
