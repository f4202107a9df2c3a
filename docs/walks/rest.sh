#!/bin/sh
# The whole REST interface, walked with curl alone: a build from its start to its release with rework on the way, what
# people decide, what is listed, and how errors are told. It needs a gateway and a worker, and an admin's token:
#
#   export GATEWAY=http://127.0.0.1:8420 TOKEN=$(python starter.py token create walker --role admin)
#   sh docs/walks/rest.sh
#
# Everything happens in a project of its own. It ends with "walked", or stops at the first answer that is not as it says.
set -eu

project=walk-$(date +%s)-$$
workflows=$GATEWAY/api/workflows

# --- Four words for what follows -----------------------------------------------------------------------------------

# get ADDRESS [OPTION...]: an answer; an error stops the walk, and curl shows what was said.
get() {
  curl --silent --show-error --fail-with-body --header "Authorization: Bearer $TOKEN" "$@"
}

# post ADDRESS JSON [OPTION...]: send JSON.
post() {
  address=$1 body=$2
  shift 2
  get "$address" --header "Content-Type: application/json" --data "$body" "$@"
}

# pick NAME: the first field of that name in the JSON that comes in.
pick() {
  grep -o "\"$1\":[^,}]*" | head -n 1 | sed 's/^[^:]*://; s/"//g'
}

# says NAME VALUE: the JSON that comes in has that field with that value.
says() {
  told=$(cat)
  found=$(printf '%s' "$told" | pick "$1")
  [ "$found" = "$2" ] || { printf 'expected %s=%s in %s\n' "$1" "$2" "$told" >&2; exit 1; }
}

# refused STATUS CODE ADDRESS [OPTION...]: the answer is this error. Every error is an RFC 9457 problem with a code.
refused() {
  status=$1 code=$2
  shift 2
  told=$(curl --silent --show-error --write-out ' status:%{http_code}' --header "Authorization: Bearer $TOKEN" "$@")
  case $told in
    *"\"code\":\"$code\""*" status:$status") ;;
    *) printf 'expected %s %s, not %s\n' "$status" "$code" "$told" >&2; exit 1 ;;
  esac
}

json="Content-Type: application/json"

# --- Who am I, and what is there -----------------------------------------------------------------------------------

curl --silent --fail "$GATEWAY/healthz" | says status ok
curl --silent --fail "$GATEWAY/readyz" | says status ok
get "$GATEWAY/api/me" | grep -q '"role":"admin"'
get "$GATEWAY/api/profiles" | says default manual
get "$GATEWAY/openapi.json" | grep -q '"openapi":"3.1'

# --- Start a build -------------------------------------------------------------------------------------------------

started=$(post "$workflows/$project/start" '{
  "build_id": "'"$project-1"'",
  "user_id": "ada",
  "requirements": "# Slugify\n\n## Acceptance criteria\n\n- `slugify(\"A b\")` gives `a-b`\n",
  "metadata": {"ticket": "SHOP-7"},
  "profile": "manual"
}')
echo "$started" | says status started
echo "$started" | says initial_state discovery
echo "$started" | says current_role q_assistant
id=$(echo "$started" | pick workflow_id)
build=$workflows/$id

# The same request again is the same build; another request under its ID is refused.
post "$workflows/$project/start" '{
  "build_id": "'"$project-1"'",
  "user_id": "ada",
  "requirements": "# Slugify\n\n## Acceptance criteria\n\n- `slugify(\"A b\")` gives `a-b`\n",
  "metadata": {"ticket": "SHOP-7"},
  "profile": "manual"
}' | says workflow_id "$id"
refused 409 start_differs "$workflows/$project/start" --header "$json" \
  --data '{"build_id": "'"$project-1"'", "requirements": "# Something else"}'

# Temporal's workflow ID names the build as well.
get "$workflows/build-$project-1/status" | says workflow_id "$id"

# --- Discovery: a question, its answer, the report -----------------------------------------------------------------

post "$build/advance" '{
  "role": "Q_ASSISTANT",
  "completed_state": "DISCOVERY",
  "phase_result": {"questions": [{"id": "Q-1", "text": "Do dots stay?"}]}
}' | says new_state discovery
get "$build/status" | grep -q '"waiting_for":{"kind":"answer"'
refused 404 no_such_question "$build/answer" --header "$json" --data '{"question_id": "Q-9", "answer": "Yes."}'
post "$build/answer" '{"question_id": "Q-1", "answer": "Yes."}' | says status waiting

# With an Idempotency-Key, what is sent twice is carried out once, and answered the same.
report='{
  "role": "q_assistant",
  "completed_state": "discovery",
  "phase_result": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "spaces become dashes"}]}}
}'
post "$build/advance" "$report" --header "Idempotency-Key: $project-discovery" | says duplicate false
again=$(post "$build/advance" "$report" --header "Idempotency-Key: $project-discovery")
echo "$again" | says duplicate true
echo "$again" | says new_state planning

# Without one, the second is stale: the build has moved on.
refused 409 stale_state "$build/advance" --header "$json" --data "$report"

# --- Planning, and the work goes to the code writer ----------------------------------------------------------------

planned=$(post "$build/advance" '{
  "role": "q_assistant",
  "completed_state": "planning",
  "phase_result": {"output": {"steps": ["write slugify", "test it"]}}
}')
echo "$planned" | says new_state handoff_to_coder
echo "$planned" | says next_role code_writer
echo "$planned" | grep -q '"handoff_data":{"output":{"steps":\["write slugify"'

# A paused build takes no report.
post "$build/pause" '{"reason": "lunch"}' | says status paused
refused 409 paused "$build/advance" --header "$json" --data '{"role": "code_writer", "completed_state": "implementation"}'
post "$build/resume" '{}' | says status waiting

# --- Code, tests that fail, rework, tests that pass ----------------------------------------------------------------

# The handoff is taken with the report of the phase that follows; it may be taken on its own, too.
post "$build/advance" '{"role": "code_writer", "completed_state": "handoff_to_coder"}' | says new_state implementation
post "$build/advance" '{
  "role": "code_writer", "completed_state": "implementation", "phase_result": {"summary": "slugify() is written"}
}' | says new_state handoff_to_tester
failing='{
  "role": "test_auditor",
  "completed_state": "testing",
  "phase_result": {"tests_run": 12, "tests_failed": 1, "test_coverage": 91.5, "findings": ["test_dots fails"]}
}'
back=$(post "$build/advance" "$failing")
echo "$back" | says new_state implementation
echo "$back" | says next_role code_writer
get "$build/status" | says rework_rounds 1
post "$build/advance" '{
  "role": "code_writer", "completed_state": "implementation", "phase_result": {"summary": "dots stay"}
}' | says new_state handoff_to_tester
passing='{
  "role": "test_auditor",
  "completed_state": "testing",
  "phase_result": {"tests_run": 12, "tests_failed": 0, "test_coverage": 91.5}
}'
post "$build/advance" "$passing" | says new_state handoff_to_verifier

# --- Back to an earlier phase, and forward again -------------------------------------------------------------------

refused 409 stale_state "$build/rollback" --header "$json" \
  --data '{"target_state": "planning", "reason": "too early", "expected_state": "testing"}'
post "$build/rollback" '{"target_state": "testing", "reason": "measure again"}' | says new_state testing
refused 409 not_parked "$build/request-retry" --header "$json" --data '{"reason": "nothing has failed"}'
post "$build/advance" "$passing" | says new_state handoff_to_verifier
post "$build/advance" '{
  "role": "verification_overseer", "completed_state": "verification", "phase_result": {"approved_for_deployment": true}
}' | says new_state handoff_to_releaser

# This profile asks for no approval, and nothing was weakened: there is nothing to approve, to refuse or to waive.
refused 409 no_approval_pending "$build/approve" --header "$json" --data '{"expected_state": "handoff_to_releaser"}'
refused 409 no_approval_pending "$build/refuse" --header "$json" --data '{"reason": "not before Monday"}'
refused 404 no_such_finding "$build/waive" --header "$json" --data '{"finding_id": "F-1", "reason": "on request"}'

# --- The release ---------------------------------------------------------------------------------------------------

released=$(post "$build/advance" '{
  "role": "release_manager", "completed_state": "deployment", "phase_result": {"deployment_successful": true}
}')
echo "$released" | says new_state complete
echo "$released" | says is_complete true
refused 409 already_ended "$build/pause" --header "$json" --data '{}'

# --- What one build tells ------------------------------------------------------------------------------------------

status=$(get "$build/status")
echo "$status" | says current_state complete
echo "$status" | says progress 100.0
echo "$status" | says source temporal
get "$build/history?limit=1" | says from_role release_manager
journal=$(get "$build/journal?limit=2")
echo "$journal" | says next_after 2
get "$build/journal?after=$(echo "$journal" | pick next_after)&limit=1" | says sequence 3
get "$build/artifacts" | grep -q '"artifacts":\[\]'
refused 404 no_such_artifact "$build/artifacts/slugify-1.0.0.tar.gz"
refused 404 no_commits "$build/diff"
get "$build/stream" --no-buffer --max-time 20 2>/dev/null | sed '/^event: end/q' | grep -q '^event: end' || {
  echo "the stream of a build that has ended does not end" >&2
  exit 1
}

# --- A build that is parked, and how it goes on --------------------------------------------------------------------

second=$(post "$workflows/$project/start" '{"build_id": "'"$project-2"'", "requirements": {"title": "Rounding"}}')
parked=$workflows/$(echo "$second" | pick workflow_id)
post "$parked/advance" '{
  "role": "q_assistant",
  "completed_state": "discovery",
  "next_state": "handoff_to_coder",
  "phase_result": {"discovery": {"summary": "half to even"}, "planning": {"summary": "one function"}}
}' | says new_state handoff_to_coder
state=handoff_to_coder round=0
while [ "$state" != error ]; do
  round=$((round + 1))
  [ "$round" -le 9 ] || { echo "no limit was reached" >&2; exit 1; }
  post "$parked/advance" '{
    "role": "code_writer", "completed_state": "implementation", "phase_result": {"summary": "try '"$round"'"}
  }' | says new_state handoff_to_tester
  state=$(post "$parked/advance" '{
    "role": "test_auditor",
    "completed_state": "testing",
    "phase_result": {"tests_run": 3, "tests_failed": 1, "test_coverage": 90, "findings": ["round '"$round"' fails"]}
  }' | pick new_state)
done
get "$parked/status" | grep -q '"code":"limit_rework_rounds"'
refused 409 limit_reached "$parked/request-retry" --header "$json" --data '{"reason": "once more"}'
post "$parked/extend-limits" '{"limits": {"rework_rounds": 9}, "reason": "nearly there"}' | says status error
post "$parked/request-retry" '{"reason": "once more", "expected_state": "error"}' | says new_state implementation
post "$parked/abandon" '{"reason": "enough"}' | says status failed

# --- A fork of the build that has ended -----------------------------------------------------------------------------

fork='{"phase": "verification", "reason": "look at the licence"}'
forked=$(post "$build/fork" "$fork" --header "Idempotency-Key: $project-fork")
echo "$forked" | says current_state verification
echo "$forked" | grep -q '"forked_from":{"build_id":"'"$project-1"'"'
again=$(post "$build/fork" "$fork" --header "Idempotency-Key: $project-fork")
echo "$again" | says workflow_id "$(echo "$forked" | pick workflow_id)"
refused 409 phase_not_reached "$parked/fork" --header "$json" --data '{"phase": "deployment"}'
fork=$workflows/$(echo "$forked" | pick workflow_id)
get "$fork/status" | says reason "look at the licence"
tries=0
until get "$build/forks" | grep -q "\"build_id\":\"$(echo "$forked" | pick build_id)\""; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { get "$build/forks" >&2; exit 1; }
  sleep 0.2
done
post "$fork/abandon" '{"reason": "only tried"}' | says status failed

# --- A build that is cancelled -------------------------------------------------------------------------------------

third=$(post "$workflows/$project/start" '{"build_id": "'"$project-3"'", "requirements": "# Not needed"}')
cancelled=$workflows/$(echo "$third" | pick workflow_id)
post "$cancelled/cancel" '{"reason": "not needed"}' --header "Idempotency-Key: $project-cancel" | says status cancelling

# --- Lists and figures: from SQL, which is moments behind ----------------------------------------------------------

tries=0
until [ "$(get "$workflows/project/$project/stats" | tr ',' '\n' | grep -cE '"completed":1|"failed":2|"cancelled":1')" = 3 ]; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { get "$workflows/project/$project/stats" >&2; exit 1; }
  sleep 0.2
done
stats=$(get "$workflows/project/$project/stats")
echo "$stats" | says total 4
echo "$stats" | says in_progress 0
echo "$stats" | says average_handoffs 9.0

page=$(get "$workflows?project=$project&limit=2")
echo "$page" | says build_id "$project-3"
next=$(echo "$page" | pick next_after)
page=$(get "$workflows?project=$project&limit=2&after=$next")
echo "$page" | says build_id "$project-2"
echo "$page" | says next_after null
get "$workflows?project=$project&status=failed" | says build_id "$(echo "$forked" | pick build_id)"
get "$workflows?project=$project&q=slugify&user=ada&status=complete" | says build_id "$project-1"
get "$GATEWAY/api/inbox?limit=1" | grep -q '"items":'

# --- Errors --------------------------------------------------------------------------------------------------------

refused 404 not_found "$workflows/nowhere/status"
refused 422 malformed "$workflows/$project/start" --header "$json" --data '{"build_id": "no requirements"}'
refused 400 not_json "$workflows/$project/start" --header "$json" --data '{"build_id": '
refused 405 method_not_allowed "$workflows" --request DELETE
TOKEN=nobody refused 401 unauthorized "$workflows"

echo "walked: 4 builds in project $project"
