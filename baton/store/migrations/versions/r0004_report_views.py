"""Views for reports: the stays, waits, moves back, usage and figures of every build.

Every window is partitioned by project and build, so that a question about one project, or about builds of some days,
reads no others. A migration that makes one of their tables anew, as SQLite has to, drops these views first.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# How many seconds lie between two moments, to the microsecond. SQLite's own arithmetic ends at milliseconds.
SECONDS = {
    "postgresql": "CAST(extract(epoch FROM {until} - {since}) AS double precision)",
    "sqlite": "(CAST(strftime('%s', substr({until}, 1, 19)) AS integer)"
    " - CAST(strftime('%s', substr({since}, 1, 19)) AS integer)"
    " + (CAST(substr({until}, 21) AS integer) - CAST(substr({since}, 21) AS integer)) / 1000000.0)",
}
QUESTIONS = {
    "postgresql": "(SELECT count(DISTINCT asked ->> 'id')"
    " FROM jsonb_array_elements(e.event_data -> 'questions') AS asked)",
    "sqlite": "(SELECT count(DISTINCT asked.value ->> 'id') FROM json_each(e.event_data, '$.questions') AS asked)",
}
TO_UNDO = {
    "postgresql": "coalesce(jsonb_array_length(e.event_data -> 'compensate'), 0)",
    "sqlite": "coalesce(json_array_length(e.event_data, '$.compensate'), 0)",
}
YES, NO = "('true', '1')", "('false', '0')"  # JSON's words for it on PostgreSQL and on SQLite

BUILD = "b.id, b.build_id, b.project_id, b.user_id, b.profile, b.created_at AS build_created_at"
NAMES = "build_id, project_id, user_id, profile, build_created_at"
OF_BUILD = "project_id, build_created_at, id"
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
SELECT {NAMES}, number,
  row_number() OVER (PARTITION BY {OF_BUILD}, state ORDER BY number) AS visit,
  state, {ROLE.format(state="state")} AS role,
  entered_at, left_at, {{seconds}} AS seconds, left_to, ended_by, code
FROM (
  SELECT {NAMES}, id, state, entered_by, entered_at,
    row_number() OVER of_build AS number,
    lead(entered_at) OVER of_build AS left_at,
    lead(state) OVER of_build AS left_to,
    lead(entered_by) OVER of_build AS ended_by,
    lead(entered_code) OVER of_build AS code
  FROM (
    SELECT {BUILD}, e.sequence, e.timestamp AS entered_at, {MOVED_TO} AS state, {HOW} AS entered_by,
      {CODE} AS entered_code
    FROM build_workflows b JOIN workflow_events e ON e.workflow_id = b.id
    WHERE NOT e.superseded AND e.event_type IN {MOVING}
  ) AS entries
  WHERE state IS NOT NULL
  WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
) AS moves
WHERE state NOT IN ('complete', 'cancelled') AND coalesce(entered_by, '') <> 'abandoned'
"""

# What a build waits for after each entry, the way the fold says it; entries in a row that say the same are one wait.
# Totals that only grow say what was asked and answered, and what was to be undone and is, since it was asked for last.
WAITS = f"""
CREATE VIEW report_waits AS
SELECT {NAMES}, stay, kind, state, role, began_at, ended_at, {{seconds}} AS seconds, ended_by
FROM (
  SELECT {NAMES}, id, stay, kind, state, role, began_at,
    lead(began_at) OVER of_build AS ended_at, lead(event_type) OVER of_build AS ended_by
  FROM (
    SELECT told.*, lag(stay) OVER of_build AS stay_before, lag(kind) OVER of_build AS kind_before
    FROM (
      SELECT {NAMES}, id, sequence, event_type, began_at, stay, state, role, CASE
        WHEN ended > 0 OR state IN ('complete', 'cancelled') THEN NULL
        WHEN state = 'error' THEN 'decision'
        WHEN paused_by > resumed_by THEN 'resume'
        WHEN approval_asked_by > moved_by AND approval_asked_by > decided_by THEN 'approval'
        WHEN asked_by > moved_by AND asked - asked_before > answered - answered_before THEN 'answer'
        WHEN to_undo - to_undo_before > undone - undone_before THEN NULL
        WHEN EXISTS (
          SELECT 1 FROM workflow_events s
          WHERE s.workflow_id = id AND s.sequence = 1 AND NOT s.superseded
            AND CAST(s.event_data -> 'terms' -> 'roles' -> role ->> 'manual' AS text) IN {YES}
        ) THEN 'report' END AS kind
      FROM (
        SELECT totals.*, {ROLE.format(state="state")} AS role,
          coalesce(max(CASE WHEN event_type = 'question_asked' THEN asked - questions END) OVER of_build, 0)
            AS asked_before,
          coalesce(max(CASE WHEN event_type = 'question_asked' THEN answered END) OVER of_build, 0)
            AS answered_before,
          coalesce(max(CASE WHEN event_type = 'rolled_back' THEN to_undo - undoings END) OVER of_build, 0)
            AS to_undo_before,
          coalesce(max(CASE WHEN event_type = 'rolled_back' THEN undone END) OVER of_build, 0) AS undone_before
        FROM (
          SELECT running.*, max(moved_to) OVER (PARTITION BY {OF_BUILD}, stay) AS state
          FROM (
            SELECT {NAMES}, id, sequence, event_type, began_at, moved_to, questions, undoings,
              count(moved_to) OVER of_build AS stay,
              coalesce(max(CASE WHEN moved_to IS NOT NULL THEN sequence END) OVER of_build, 0) AS moved_by,
              coalesce(max(CASE WHEN event_type = 'paused' THEN sequence END) OVER of_build, 0) AS paused_by,
              coalesce(max(CASE WHEN event_type = 'resumed' THEN sequence END) OVER of_build, 0) AS resumed_by,
              coalesce(max(CASE WHEN event_type = 'approval_requested' THEN sequence END) OVER of_build, 0)
                AS approval_asked_by,
              coalesce(max(CASE WHEN event_type IN ('approval_granted', 'approval_expired') THEN sequence END)
                OVER of_build, 0) AS decided_by,
              coalesce(max(CASE WHEN event_type = 'question_asked' THEN sequence END) OVER of_build, 0) AS asked_by,
              sum(questions) OVER of_build AS asked,
              sum(CASE WHEN event_type = 'question_answered' THEN 1 ELSE 0 END) OVER of_build AS answered,
              sum(undoings) OVER of_build AS to_undo,
              sum(undone_now) OVER of_build AS undone,
              sum(CASE WHEN event_type IN ('build_completed', 'build_cancelled', 'build_abandoned') THEN 1 ELSE 0 END)
                OVER of_build AS ended
            FROM (
              SELECT {BUILD}, e.sequence, e.event_type, e.timestamp AS began_at, {MOVED_TO} AS moved_to,
                CASE WHEN e.event_type = 'question_asked' THEN {{questions}} ELSE 0 END AS questions,
                CASE WHEN e.event_type = 'rolled_back' THEN {{to_undo}} ELSE 0 END AS undoings,
                CASE WHEN (e.event_type = 'phase_compensated' AND CAST(e.event_data ->> 'succeeded' AS text) IN {YES})
                  OR (e.event_type = 'finding_waived' AND e.event_data ->> 'finding_id' LIKE 'compensation-%')
                  THEN 1 ELSE 0 END AS undone_now
              FROM build_workflows b JOIN workflow_events e ON e.workflow_id = b.id
              WHERE NOT e.superseded
            ) AS entries
            WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
          ) AS running
        ) AS totals
        WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
      ) AS known
    ) AS told
    WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
  ) AS compared
  WHERE stay_before IS NULL OR stay <> stay_before OR coalesce(kind, '') <> coalesce(kind_before, '')
  WINDOW of_build AS (PARTITION BY {OF_BUILD} ORDER BY sequence)
) AS waits
WHERE kind IS NOT NULL AND (ended_at IS NULL OR ended_at > began_at)
"""

REWORK = f"""
CREATE VIEW report_rework AS
SELECT {NAMES}, row_number() OVER (PARTITION BY {OF_BUILD} ORDER BY sequence) AS round, sent_back_at,
  from_role, to_role, from_state, to_state, reason
FROM (
  SELECT {BUILD}, e.sequence, e.timestamp AS sent_back_at, e.event_data ->> 'from_role' AS from_role,
    e.event_data ->> 'to_role' AS to_role, e.event_data ->> 'from_state' AS from_state,
    e.event_data ->> 'to_state' AS to_state, e.event_data ->> 'reason' AS reason
  FROM build_workflows b JOIN workflow_events e ON e.workflow_id = b.id
  WHERE NOT e.superseded AND e.event_type = 'state_advanced' AND e.event_data ->> 'move' = 'rework'
) AS moves
"""

USAGE = f"""
CREATE VIEW report_usage AS
SELECT {NAMES}, reported_at, phase, {ROLE.format(state="phase")} AS role, runner, program, model, requests,
  input_tokens, output_tokens, cached_tokens, input_tokens + output_tokens AS tokens, cost_usd,
  CASE WHEN cost_usd IS NULL AND input_tokens + output_tokens > 0 THEN 1 ELSE 0 END AS unpriced
FROM (
  SELECT {NAMES}, reported_at, phase, runner, program, model,
    CAST(coalesce(used ->> 'requests', '0') AS bigint) AS requests,
    CAST(coalesce(used ->> 'input_tokens', '0') AS bigint) AS input_tokens,
    CAST(coalesce(used ->> 'output_tokens', '0') AS bigint) AS output_tokens,
    CAST(coalesce(used ->> 'cached_tokens', '0') AS bigint) AS cached_tokens,
    CAST(used ->> 'cost_usd' AS double precision) AS cost_usd
  FROM (
    SELECT {BUILD}, e.timestamp AS reported_at,
      coalesce(e.event_data ->> 'phase', e.event_data ->> 'from_state') AS phase,
      e.event_data -> 'report' -> 'player' ->> 'runner' AS runner,
      e.event_data -> 'report' -> 'player' ->> 'program' AS program,
      e.event_data -> 'report' -> 'player' ->> 'model' AS model,
      CASE WHEN e.event_data -> 'report' IS NULL THEN e.event_data -> 'usage'
        ELSE e.event_data -> 'report' -> 'usage' END AS used
    FROM build_workflows b JOIN workflow_events e ON e.workflow_id = b.id
    WHERE NOT e.superseded AND e.event_type IN ('state_advanced', 'phase_failed', 'question_asked')
  ) AS entries
  WHERE used IS NOT NULL
) AS reports
"""


def upgrade() -> None:
    """To this revision."""
    dialect = op.get_context().dialect.name
    seconds = SECONDS[dialect]
    op.execute(STAYS.format(seconds=seconds.format(since="entered_at", until="left_at")))
    op.execute(
        WAITS.format(
            seconds=seconds.format(since="began_at", until="ended_at"),
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
