"""Views for reports: the figures of builds, projects, phases, roles, days, waits and costs.

A percentile is the nearest rank: the smallest value that at least so many of a hundred do not exceed. Databases that
have a function for it do not agree on more.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SECONDS = {
    "postgresql": "CAST(extract(epoch FROM {until} - {since}) AS double precision)",
    "sqlite": "(((CAST(strftime('%s', substr({until}, 1, 19)) AS integer)"
    " - CAST(strftime('%s', substr({since}, 1, 19)) AS integer)) * 1000000"
    " + CAST(substr({until}, 21) AS integer) - CAST(substr({since}, 21) AS integer)) / 1000000.0)",
}
DAY = {"postgresql": "CAST({at} AT TIME ZONE 'UTC' AS date)", "sqlite": "date(substr({at}, 1, 19))"}

PHASES = "('discovery', 'planning', 'implementation', 'testing', 'verification', 'deployment')"
NUMBER = """CASE state
    WHEN 'discovery' THEN 1 WHEN 'planning' THEN 2 WHEN 'handoff_to_coder' THEN 3 WHEN 'implementation' THEN 4
    WHEN 'handoff_to_tester' THEN 5 WHEN 'testing' THEN 6 WHEN 'handoff_to_verifier' THEN 7
    WHEN 'verification' THEN 8 WHEN 'handoff_to_releaser' THEN 9 WHEN 'deployment' THEN 10 END"""
PARKS = """(p.event_type IN ('phase_failed', 'limit_reached', 'approval_refused')
    OR (p.event_type = 'approval_expired' AND p.event_data ->> 'outcome' = 'refuse')
    OR (p.event_type = 'phase_compensated' AND CAST(p.event_data ->> 'succeeded' AS text) IN ('false', '0')))"""


def _count(table: str, condition: str) -> str:
    return f"(SELECT count(*) FROM {table} p WHERE p.workflow_id = b.id AND NOT p.superseded{condition})"


BUILDS = f"""
CREATE VIEW report_builds AS
SELECT b.build_id, b.project_id, b.user_id, b.profile, b.title, b.status, b.current_state, b.created_at,
  b.completed_at, {{seconds}} AS seconds,
  {_count("workflow_handoffs", "")} AS handoffs,
  b.phase_runs, b.rework_rounds,
  {_count("workflow_events", " AND p.event_type = 'retry_requested'")} AS retries,
  {_count("workflow_events", " AND p.event_type = 'rolled_back'")} AS rollbacks,
  {_count("workflow_events", f" AND {PARKS}")} AS times_parked,
  CASE
    WHEN b.completed_at IS NULL THEN NULL
    WHEN b.status <> 'complete' OR b.rework_rounds > 0 OR EXISTS (
      SELECT 1 FROM workflow_events p WHERE p.workflow_id = b.id AND NOT p.superseded
        AND p.event_type IN ('retry_requested', 'rolled_back')
    ) THEN 0 ELSE 1 END AS first_pass,
  (
    SELECT CASE
      WHEN p.event_type = 'phase_failed' THEN p.event_data ->> 'phase'
      WHEN p.event_type = 'build_abandoned' THEN p.event_data ->> 'from_state'
      WHEN p.event_type IN ('approval_refused', 'approval_expired') THEN p.event_data ->> 'state'
      ELSE (
        SELECT CASE q.event_type WHEN 'workflow_started' THEN 'discovery' ELSE q.event_data ->> 'to_state' END
        FROM workflow_events q
        WHERE q.workflow_id = p.workflow_id AND NOT q.superseded AND q.sequence < p.sequence
          AND q.event_type IN ('workflow_started', 'state_advanced', 'retry_requested', 'rolled_back')
        ORDER BY q.sequence DESC LIMIT 1
      ) END
    FROM workflow_events p
    WHERE p.workflow_id = b.id AND NOT p.superseded
      AND ({PARKS} OR (p.event_type = 'build_abandoned' AND p.event_data ->> 'from_state' <> 'error'))
    ORDER BY p.sequence DESC LIMIT 1
  ) AS failed_in,
  b.tokens, b.cost_usd,
  CAST(coalesce(b.view -> 'ledger' ->> 'unpriced_reports', '0') AS integer) AS unpriced_reports
FROM build_workflows b
"""

PROJECTS = f"""
CREATE VIEW report_projects AS
SELECT f.*, s.state AS most_common_failure_point
FROM (
  SELECT project_id, count(*) AS total,
    sum(CASE WHEN status = 'complete' THEN 1 ELSE 0 END) AS completed,
    sum(CASE WHEN completed_at IS NULL THEN 1 ELSE 0 END) AS in_progress,
    sum(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END) AS waiting,
    sum(CASE WHEN status = 'paused' THEN 1 ELSE 0 END) AS paused,
    sum(CASE WHEN status = 'error' THEN 1 ELSE 0 END) AS error,
    sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed,
    sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,
    CAST(100 AS double precision) * sum(CASE WHEN status = 'complete' THEN 1 ELSE 0 END)
      / nullif(count(completed_at), 0) AS success_rate,
    CAST(100 AS double precision) * sum(first_pass) / nullif(count(completed_at), 0) AS first_pass_yield,
    avg(CASE WHEN status = 'complete' THEN seconds END) AS average_duration,
    min(CASE WHEN status = 'complete' AND 10 * place >= 5 * places THEN seconds END) AS p50_duration,
    min(CASE WHEN status = 'complete' AND 10 * place >= 9 * places THEN seconds END) AS p90_duration,
    avg(CASE WHEN status = 'complete' THEN CAST(handoffs AS double precision) END) AS average_handoffs,
    sum(rework_rounds) AS rework_rounds,
    CAST(sum(tokens) AS bigint) AS tokens,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(sum(CASE WHEN status = 'complete' THEN 1 ELSE 0 END), 0) AS cost_per_completed,
    sum(unpriced_reports) AS unpriced_reports
  FROM (
    SELECT r.*, row_number() OVER (PARTITION BY project_id, status ORDER BY seconds) AS place,
      count(*) OVER (PARTITION BY project_id, status) AS places
    FROM report_builds r
  ) AS placed
  GROUP BY project_id
) AS f
LEFT JOIN (
  SELECT project_id, state, row_number() OVER (PARTITION BY project_id ORDER BY count(*) DESC, {NUMBER}) AS place
  FROM (SELECT project_id, failed_in AS state FROM report_builds WHERE failed_in IS NOT NULL) AS failures
  GROUP BY project_id, state
) AS s ON s.project_id = f.project_id AND s.place = 1
"""

# A stay is finished when its role ended it with a report that was judged; a try is one that its role ended at all.
_OF_STAYS = """
    count(*) AS stays,
    sum(finished) AS finished,
    min(CASE WHEN finished = 1 AND 10 * place >= 5 * places THEN seconds END) AS p50_seconds,
    min(CASE WHEN finished = 1 AND 10 * place >= 9 * places THEN seconds END) AS p90_seconds,
    sum(CASE WHEN ended_by = 'rework' THEN 1 ELSE 0 END) AS sent_back,
    sum(CASE WHEN ended_by = 'failed' THEN 1 ELSE 0 END) AS failed,
    sum(CASE WHEN tried = 1 AND turn = 1 THEN 1 ELSE 0 END) AS tried,
    sum(CASE WHEN tried = 1 AND turn = 1 AND ended_by = 'forward' THEN 1 ELSE 0 END) AS first_passed,
    CAST(100 AS double precision) * sum(CASE WHEN tried = 1 AND turn = 1 AND ended_by = 'forward' THEN 1 ELSE 0 END)
      / nullif(sum(CASE WHEN tried = 1 AND turn = 1 THEN 1 ELSE 0 END), 0) AS first_pass_yield"""


def _placed(group: str) -> str:
    return f"""
    SELECT project_id, state, role, ended_by, seconds, finished, tried,
      row_number() OVER (PARTITION BY project_id, {group}, finished ORDER BY seconds) AS place,
      count(*) OVER (PARTITION BY project_id, {group}, finished) AS places,
      row_number() OVER (PARTITION BY project_id, build_id, state, tried ORDER BY number) AS turn
    FROM (
      SELECT project_id, build_id, number, state, role, ended_by, seconds,
        CASE WHEN ended_by IN ('forward', 'rework') THEN 1 ELSE 0 END AS finished,
        CASE WHEN ended_by IN ('forward', 'rework', 'failed') THEN 1 ELSE 0 END AS tried
      FROM report_stays WHERE state IN {PHASES}
    ) AS stays"""


PHASE_FIGURES = f"""
CREATE VIEW report_phases AS
SELECT project_id, state AS phase, role, {_OF_STAYS}
FROM ({_placed("state")}) AS placed
GROUP BY project_id, state, role
"""

ROLE_FIGURES = f"""
CREATE VIEW report_roles AS
SELECT f.*, coalesce(r.got_back, 0) AS got_back, coalesce(u.tokens, 0) AS tokens, coalesce(u.cost_usd, 0) AS cost_usd,
  coalesce(u.unpriced_reports, 0) AS unpriced_reports
FROM (SELECT project_id, role, {_OF_STAYS} FROM ({_placed("role")}) AS placed GROUP BY project_id, role) AS f
LEFT JOIN (
  SELECT project_id, to_role, count(*) AS got_back FROM report_rework GROUP BY project_id, to_role
) AS r ON r.project_id = f.project_id AND r.to_role = f.role
LEFT JOIN (
  SELECT project_id, role, CAST(sum(tokens) AS bigint) AS tokens, sum(cost_usd) AS cost_usd,
    CAST(sum(unpriced) AS bigint) AS unpriced_reports
  FROM report_usage GROUP BY project_id, role
) AS u ON u.project_id = f.project_id AND u.role = f.role
"""

THROUGHPUT = """
CREATE VIEW report_throughput AS
SELECT project_id, day, sum(started) AS started, sum(completed) AS completed, sum(failed) AS failed,
  sum(cancelled) AS cancelled
FROM (
  SELECT project_id, {started} AS day, 1 AS started, 0 AS completed, 0 AS failed, 0 AS cancelled FROM build_workflows
  UNION ALL
  SELECT project_id, {ended} AS day, 0, CASE WHEN status = 'complete' THEN 1 ELSE 0 END,
    CASE WHEN status = 'failed' THEN 1 ELSE 0 END, CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END
  FROM build_workflows WHERE completed_at IS NOT NULL
) AS days
GROUP BY project_id, day
"""

WAIT_TIMES = """
CREATE VIEW report_wait_times AS
SELECT project_id, kind, count(*) AS waits, sum(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS waiting_now,
  coalesce(sum(seconds), 0) AS total_seconds,
  min(CASE WHEN ended_at IS NOT NULL AND 10 * place >= 5 * places THEN seconds END) AS p50_seconds,
  min(CASE WHEN ended_at IS NOT NULL AND 10 * place >= 9 * places THEN seconds END) AS p90_seconds
FROM (
  SELECT project_id, kind, ended_at, seconds,
    row_number() OVER (PARTITION BY project_id, kind, ended_at IS NULL ORDER BY seconds) AS place,
    count(*) OVER (PARTITION BY project_id, kind, ended_at IS NULL) AS places
  FROM report_waits
) AS placed
GROUP BY project_id, kind
"""

COSTS = """
CREATE VIEW report_costs AS
SELECT project_id, role, program, model, count(*) AS reports, CAST(sum(requests) AS bigint) AS requests,
  CAST(sum(input_tokens) AS bigint) AS input_tokens, CAST(sum(output_tokens) AS bigint) AS output_tokens,
  CAST(sum(cached_tokens) AS bigint) AS cached_tokens, CAST(sum(tokens) AS bigint) AS tokens,
  coalesce(sum(cost_usd), 0) AS cost_usd, CAST(sum(unpriced) AS bigint) AS unpriced_reports
FROM report_usage
GROUP BY project_id, role, program, model
"""

VIEWS = ("builds", "projects", "phases", "roles", "throughput", "wait_times", "costs")


def upgrade() -> None:
    """To this revision."""
    dialect = op.get_context().dialect.name
    day = DAY[dialect]
    op.execute(BUILDS.format(seconds=SECONDS[dialect].format(since="b.created_at", until="b.completed_at")))
    op.execute(PROJECTS)
    op.execute(PHASE_FIGURES)
    op.execute(ROLE_FIGURES)
    op.execute(THROUGHPUT.format(started=day.format(at="created_at"), ended=day.format(at="completed_at")))
    op.execute(WAIT_TIMES)
    op.execute(COSTS)


def downgrade() -> None:
    """Back to 0004."""
    for view in reversed(VIEWS):
        op.execute(f"DROP VIEW report_{view}")
