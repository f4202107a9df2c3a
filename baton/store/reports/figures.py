"""What reports say: small frozen values, the same for the command line, the dashboard and REST.

Durations are seconds, money is US dollars as far as roles reported it, rates and yields are percent. What cannot be
said, such as a rate of nothing, is ``None``. A percentile (p50, p90) is the nearest rank: the smallest value that at
least so many of a hundred do not exceed.
"""

from dataclasses import dataclass
from datetime import date, datetime

from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import Phase, Role, State, Status


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """The builds of one project; of all that are in scope where ``project_id`` is ``None``.

    ``total`` is ``completed + in_progress + failed + cancelled``. ``waiting``, ``paused`` and ``error`` (parked) are
    some of ``in_progress``. Rates are of the builds that have ended, durations and handoffs of those that completed.
    """

    project_id: str | None
    total: int
    completed: int
    in_progress: int  # not ended, whatever they wait for
    waiting: int
    paused: int
    error: int
    failed: int  # abandoned, or ended in Temporal
    cancelled: int
    success_rate: float | None  # completed ones among those that have ended
    first_pass_yield: float | None  # completed without rework, retry or rollback, among those that have ended
    average_duration: float | None  # from created to complete
    p50_duration: float | None
    p90_duration: float | None
    average_handoffs: float | None
    rework_rounds: int
    most_common_failure_point: State | None  # the state in which most builds were parked last, or given up
    tokens: int
    cost_usd: float  # of all builds, whatever became of them
    cost_per_completed: float | None  # that, for each build that completed
    unpriced_reports: int  # reports with tokens whose price is unknown; they are not in the cost


@dataclass(frozen=True, slots=True)
class PhaseFigures:
    """How stays in one phase went. A stay begins when a build enters the phase, and ends when it leaves it.

    It is finished when the role's report was judged: the work went forward, or back for rework. Percentiles are of
    finished stays, waits for people included. A build counts as tried once a stay was finished or failed, and as
    passed at first when the first of those went forward.
    """

    phase: Phase
    role: Role
    stays: int
    finished: int
    p50_seconds: float | None
    p90_seconds: float | None
    sent_back: int  # stays that ended with the work going back
    failed: int  # stays in which the role could not do its phase
    tried: int
    first_passed: int
    first_pass_yield: float | None


@dataclass(frozen=True, slots=True)
class RoleFigures:
    """How stays in the phases of one role went, how often work came back to it, and what it used."""

    role: Role
    stays: int
    finished: int
    p50_seconds: float | None
    p90_seconds: float | None
    sent_back: int
    failed: int
    tried: int  # in each of its phases
    first_passed: int
    first_pass_yield: float | None
    got_back: int  # moves for rework that ended with it
    tokens: int
    cost_usd: float
    unpriced_reports: int


@dataclass(frozen=True, slots=True)
class ReworkFigures:
    """How often ``from_role`` sent work back to ``to_role``, and in how many builds."""

    from_role: Role
    to_role: Role
    from_state: State
    to_state: State
    times: int
    builds: int


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was started and what ended in the ``days`` from ``begins`` on (UTC); a week begins on Monday."""

    begins: date
    days: int
    started: int
    completed: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """Waits for people of one kind: ``decision``, ``resume``, ``approval``, ``answer`` or ``report``.

    Those that go on (``waiting_now``) are among ``waits``, and have no part in the seconds.
    """

    kind: str
    waits: int
    waiting_now: int
    total_seconds: float
    p50_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class CostFigures:
    """What reports used, together: of one role, project, model or program. ``name`` is ``None`` where none was told."""

    name: str | None
    reports: int
    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    tokens: int  # input and output
    cost_usd: float
    unpriced_reports: int


@dataclass(frozen=True, slots=True)
class BuildFigures:
    """One build. ``seconds`` is from created to its end; ``first_pass`` is ``None`` until then."""

    build_id: str
    project_id: str
    user_id: str
    profile: str
    title: str
    status: Status
    current_state: State
    created_at: datetime
    completed_at: datetime | None
    seconds: float | None
    handoffs: int
    phase_runs: int
    rework_rounds: int
    retries: int
    rollbacks: int
    times_parked: int
    first_pass: bool | None
    failed_in: State | None  # where it was parked last, or given up
    tokens: int
    cost_usd: float
    unpriced_reports: int
    ended_outside: OutsideKind | None  # how its workflow was ended in Temporal without its journal saying so
    forked_from: str | None  # the build that it was forked from
    forked_sequence: int | None  # with which entry of that one its phase began
    forked_phase: Phase | None
