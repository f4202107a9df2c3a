"""Views for reports: the stays, waits, moves back, usage and figures of every build.

Every window is partitioned by project and build, so that a question about one project, or about builds of some days,
reads no others; CROSS JOIN has SQLite look at builds first, and then at their entries. A migration that makes one of
these tables anew, as SQLite has to, drops the views first.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# How many seconds lie between two moments, to the microsecond. SQLite's own arithmetic ends at milliseconds.
SECONDS = {
    "postgresql": "CAST(extract(epoch FROM {until} - {since}) AS double precision)",
    "sqlite": "(((CAST(strftime('%s', substr({until}, 1, 19)) AS integer)"
    " - CAST(strftime('%s', substr({since}, 1, 19)) AS integer)) * 1000000"
    " + CAST(substr({until}, 21) AS integer) - CAST(substr({since}, 21) AS integer)) / 1000000.0)",
}
QUESTIONS = {
    "postgresql": "(SELECT count(DISTINCT one ->> 'id') FROM jsonb_array_elements(q.event_data -> 'questions') AS one)",
    "sqlite": "(SELECT count(DISTINCT one.value ->> 'id') FROM json_each(q.event_data, '$.questions') AS one)",
}
TO_UNDO = {
    "postgresql": "jsonb_array_length(q.event_data -> 'compensate')",
    "sqlite": "json_array_length(q.event_data, '$.compensate')",
}
BY_HAND = {
    "postgresql": "(SELECT string_agg(played.key, ',') FROM jsonb_each(e.event_data -> 'terms' -> 'roles') AS played"
    " WHERE played.value ->> 'manual' = 'true')",
    "sqlite": "(SELECT group_concat(played.key) FROM json_each(e.event_data, '$.terms.roles') AS played"
    " WHERE played.value ->> 'manual')",
}
YES, NO = "('true', '1')", "('false', '0')"  # JSON's words for it on PostgreSQL and on SQLite

BUILD = "b.id, b.project_id, b.created_at AS build_created_at"
OF_BUILD = "project_id, build_created_at, id"
NAMES = "b.build_id, r.project_id, b.user_id, b.profile, r.build_created_at"
ROLE = """CASE
    WHEN {state} IN ('discovery', 'planning') THEN 'q_assistant'
    WHEN {state} IN ('handoff_to_coder', 'implementation') THEN 'code_writer'
    WHEN {state} IN ('handoff_to_tester', 'testing') THEN 'test_auditor'
    WHEN {state} IN ('handoff_to_verifier', 'verification') THEN 'verification_overseer'
    WHEN {state} IN ('handoff_to_releaser', 'deployment') THEN 'release_manager' END"""

# The state that an entry leads to; NULL for one that leaves the build where it is.
MOVED_TO = f"""CASE
    WHEN e.event_type = 'workflow_started' THEN 'discovery'
    WHEN e.event_type IN ('state_advanced', 'retry_requested', 'rolled_back') THEN e.event_data ->> 'to_state'
    WHEN e.event_type = 'build_cancelled' THEN 'cancelled'
    WHEN e.event_type IN ('phase_failed', 'limit_reached', 'approval_refused', 'build_abandoned') THEN 'error'
    WHEN e.event_type = 'approval_expired' AND e.event_data ->> 'outcome' = 'refuse' THEN 'error'
    WHEN e.event_type = 'phase_compensated' AND CAST(e.event_data ->> 'succeeded' AS text) IN {NO} THEN 'error' END"""
HOW = """CASE e.event_type
    WHEN 'state_advanced' THEN e.event_data ->> 'move'
    WHEN 'retry_requested' THEN 'retried'
    WHEN 'rolled_back' THEN 'rolled_back'
    WHEN 'phase_failed' THEN 'failed'
    WHEN 'limit_reached' THEN 'limit'
    WHEN 'approval_refused' THEN 'refused'
    WHEN 'approval_expired' THEN 'expired'
    WHEN 'phase_compensated' THEN 'undo_failed'
    WHEN 'build_cancelled' THEN 'cancelled'
    WHEN 'build_abandoned' THEN 'abandoned' END"""
CODE = """CASE e.event_type
    WHEN 'phase_failed' THEN e.event_data ->> 'code'
    WHEN 'limit_reached' THEN 'limit_' || (e.event_data ->> 'limit')
    WHEN 'approval_refused' THEN 'approval_refused'
    WHEN 'approval_expired' THEN 'approval_expired'
    WHEN 'phase_compensated' THEN 'compensation_failed' END"""
MOVING = """('workflow_started', 'state_advanced', 'retry_requested', 'rolled_back', 'phase_failed', 'limit_reached',
    'approval_refused', 'approval_expired', 'phase_compensated', 'build_cancelled', 'build_abandoned')"""

STAYS = f"""
CREATE VIEW report_stays AS
SELECT {NAMES}, r.number, r.state, {ROLE.format(state="r.state")} AS role, r.entered_at, r.left_at,
  {{seconds}} AS seconds, r.left_to, r.ended_by, r.code
FROM (
  SELECT {OF_BUILD}, state, entered_by, entered_at,
    row_number() OVER of_build AS number,
    lead(entered_at) OVER of_build AS left_at,
    lead(state) OVER of_build AS left_to,
    lead(entered_by) OVER of_build AS ended_by,
    lead(entered_code) OVER of_build AS code
  FROM (
    SELECT {BUILD}, e.sequence, e.timestamp AS entered_at, {MOVED_TO} AS state, {HOW} AS entered_by,
      {CODE} AS entered_code
    FROM build_workflows b CROSS JOIN workflow_events e
    WHERE e.workflow_id = b.id AND NOT e.superseded AND e.event_type IN {MOVING}
  ) AS entries
  WHERE state IS NOT NULL
  WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
) AS r
JOIN build_workflows b ON b.id = r.id
WHERE r.state NOT IN ('complete', 'cancelled') AND coalesce(r.entered_by, '') <> 'abandoned'
"""


def _last(kinds: str) -> str:
    return f"coalesce(max(CASE WHEN event_type IN ({kinds}) THEN sequence END) OVER of_build, 0)"


def _since(sequence: str, what: str) -> str:
    """How many living entries from the one after ``sequence`` on, up to the one that is looked at."""
    return f"""(SELECT count(*) FROM workflow_events q WHERE q.workflow_id = known.id AND NOT q.superseded
          AND q.sequence > {sequence} AND q.sequence <= known.sequence AND ({what}))"""


def _at(sequence: str, what: str) -> str:
    return f"""(SELECT {what} FROM workflow_events q
          WHERE q.workflow_id = known.id AND NOT q.superseded AND q.sequence = {sequence})"""


UNDONE = f"""(q.event_type = 'phase_compensated' AND CAST(q.event_data ->> 'succeeded' AS text) IN {YES})
            OR (q.event_type = 'finding_waived' AND q.event_data ->> 'finding_id' LIKE 'compensation-%')"""

# What a build waits for after each entry, the way the fold says it. Entries in one stay that say the same, of the same
# questions and of the same pause, are one wait. Before a state stands its entry's number: the greatest is the last.
WAITS = f"""
CREATE VIEW report_waits AS
SELECT {NAMES}, r.stay, r.kind, r.state, {ROLE.format(state="r.state")} AS role, r.began_at, r.ended_at, r.seconds,
  substr(r.ended_by, 10) AS ended_by
FROM (
  SELECT {OF_BUILD}, stay, kind, state,
    row_number() OVER (of_wait ORDER BY sequence) AS place,
    min(began_at) OVER of_wait AS began_at,
    CASE WHEN count(*) OVER of_wait = count(next_at) OVER of_wait THEN max(next_at) OVER of_wait END AS ended_at,
    CASE WHEN count(*) OVER of_wait = count(next_at) OVER of_wait
      THEN CAST(round(CAST(sum(seconds) OVER of_wait AS numeric), 6) AS double precision) END AS seconds,
    CASE WHEN count(*) OVER of_wait = count(next_at) OVER of_wait
      THEN max(CAST(100000000 + sequence AS text) || next_type) OVER of_wait END AS ended_by
  FROM (
    SELECT {OF_BUILD}, sequence, began_at, next_at, next_type, {{seconds}} AS seconds, stay,
      substr(state, 10) AS state, paused_by, asked_by, CASE
        WHEN ended > 0 OR substr(state, 10) IN ('complete', 'cancelled') THEN NULL
        WHEN substr(state, 10) = 'error' THEN 'decision'
        WHEN paused_by > resumed_by THEN 'resume'
        WHEN approval_asked_by > decided_by THEN 'approval'
        WHEN asked_by > moved_by
          AND {_since("asked_by", "q.event_type = 'question_answered'")} < {_at("asked_by", "{questions}")}
          THEN 'answer'
        WHEN rolled_back_by > 0
          AND {_since("rolled_back_by", UNDONE)} < {_at("rolled_back_by", "coalesce({to_undo}, 0)")} THEN NULL
        WHEN by_hand LIKE '%' || {ROLE.format(state="substr(state, 10)")} || '%' THEN 'report' END AS kind
    FROM (
      SELECT {OF_BUILD}, sequence, began_at, count(moved_to) OVER of_build AS stay,
        lead(began_at) OVER of_build AS next_at, lead(event_type) OVER of_build AS next_type,
        max(CAST(100000000 + sequence AS text) || moved_to) OVER of_build AS state,
        max(by_hand) OVER of_build AS by_hand,
        coalesce(max(CASE WHEN moved_to IS NOT NULL THEN sequence END) OVER of_build, 0) AS moved_by,
        {_last("'paused'")} AS paused_by, {_last("'resumed'")} AS resumed_by,
        {_last("'approval_requested'")} AS approval_asked_by,
        coalesce(max(CASE WHEN moved_to IS NOT NULL OR event_type IN ('approval_granted', 'approval_expired')
          THEN sequence END) OVER of_build, 0) AS decided_by,
        {_last("'question_asked'")} AS asked_by, {_last("'rolled_back'")} AS rolled_back_by,
        {_last("'build_completed', 'build_cancelled', 'build_abandoned'")} AS ended
      FROM (
        SELECT {BUILD}, e.sequence, e.event_type, e.timestamp AS began_at, {MOVED_TO} AS moved_to,
          CASE WHEN e.event_type = 'workflow_started' THEN {{by_hand}} END AS by_hand
        FROM build_workflows b CROSS JOIN workflow_events e
        WHERE e.workflow_id = b.id AND NOT e.superseded
      ) AS entries
      WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
    ) AS known
  ) AS told
  WHERE kind IS NOT NULL
  WINDOW of_wait AS (
    PARTITION BY {OF_BUILD}, stay, kind, CASE kind WHEN 'answer' THEN asked_by WHEN 'resume' THEN paused_by END
  )
) AS r
JOIN build_workflows b ON b.id = r.id
WHERE r.place = 1 AND (r.seconds IS NULL OR r.seconds > 0)
"""

REWORK = f"""
CREATE VIEW report_rework AS
SELECT {NAMES}, row_number() OVER (PARTITION BY r.project_id, r.build_created_at, r.id ORDER BY r.sequence) AS round,
  r.sent_back_at, r.from_role, r.to_role, r.from_state, r.to_state, r.reason
FROM (
  SELECT {BUILD}, e.sequence, e.timestamp AS sent_back_at, e.event_data ->> 'from_role' AS from_role,
    e.event_data ->> 'to_role' AS to_role, e.event_data ->> 'from_state' AS from_state,
    e.event_data ->> 'to_state' AS to_state, e.event_data ->> 'reason' AS reason
  FROM build_workflows b CROSS JOIN workflow_events e
  WHERE e.workflow_id = b.id AND NOT e.superseded AND e.event_type = 'state_advanced'
    AND e.event_data ->> 'move' = 'rework'
) AS r
JOIN build_workflows b ON b.id = r.id
"""

USAGE = f"""
CREATE VIEW report_usage AS
SELECT r.build_id, r.project_id, r.user_id, r.profile, r.build_created_at, r.reported_at, r.phase,
  {ROLE.format(state="r.phase")} AS role, r.runner, r.program, r.model, r.requests, r.input_tokens, r.output_tokens,
  r.cached_tokens, r.input_tokens + r.output_tokens AS tokens, r.cost_usd,
  CASE WHEN r.cost_usd IS NULL AND r.input_tokens + r.output_tokens > 0 THEN 1 ELSE 0 END AS unpriced
FROM (
  SELECT build_id, project_id, user_id, profile, build_created_at, reported_at, phase, runner, program, model,
    CAST(coalesce(used ->> 'requests', '0') AS bigint) AS requests,
    CAST(coalesce(used ->> 'input_tokens', '0') AS bigint) AS input_tokens,
    CAST(coalesce(used ->> 'output_tokens', '0') AS bigint) AS output_tokens,
    CAST(coalesce(used ->> 'cached_tokens', '0') AS bigint) AS cached_tokens,
    CAST(used ->> 'cost_usd' AS double precision) AS cost_usd
  FROM (
    SELECT b.build_id, b.project_id, b.user_id, b.profile, b.created_at AS build_created_at, e.timestamp AS reported_at,
      coalesce(e.event_data ->> 'phase', e.event_data ->> 'from_state') AS phase,
      e.event_data -> 'report' -> 'player' ->> 'runner' AS runner,
      e.event_data -> 'report' -> 'player' ->> 'program' AS program,
      e.event_data -> 'report' -> 'player' ->> 'model' AS model,
      CASE WHEN e.event_data -> 'report' IS NULL THEN e.event_data -> 'usage'
        ELSE e.event_data -> 'report' -> 'usage' END AS used
    FROM build_workflows b CROSS JOIN workflow_events e
    WHERE e.workflow_id = b.id AND NOT e.superseded
      AND e.event_type IN ('state_advanced', 'phase_failed', 'question_asked')
  ) AS entries
  WHERE used IS NOT NULL
) AS r
"""


def upgrade() -> None:
    """To this revision."""
    dialect = op.get_context().dialect.name
    op.execute(STAYS.format(seconds=SECONDS[dialect].format(since="r.entered_at", until="r.left_at")))
    op.execute(
        WAITS.format(
            seconds=SECONDS[dialect].format(since="began_at", until="next_at"),
            by_hand=BY_HAND[dialect],
            questions=QUESTIONS[dialect],
            to_undo=TO_UNDO[dialect],
        )
    )
    op.execute(REWORK)
    op.execute(USAGE)


def downgrade() -> None:
    """Back to 0003."""
    for view in ("report_usage", "report_rework", "report_waits", "report_stays"):
        op.execute(f"DROP VIEW {view}")
