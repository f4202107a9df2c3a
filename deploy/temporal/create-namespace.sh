#!/bin/sh
# Makes the namespace and the search attributes of Baton's builds where they are missing. Safe to repeat.
# Connects by TEMPORAL_ADDRESS; TEMPORAL_NAMESPACE and TEMPORAL_RETENTION say what to make.
set -eu

: "${TEMPORAL_NAMESPACE:=default}" "${TEMPORAL_RETENTION:=720h}"
export TEMPORAL_NAMESPACE

# A new namespace, and a new attribute, are seen some seconds after they were made: look, make, and look again.
tries=60

until temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "Temporal does not show the namespace '$TEMPORAL_NAMESPACE'; see the lines above." >&2; exit 1; }
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION" || true
  sleep 1
done

# One command an attribute: of several in one command, only the first is kept where visibility is in SQL.
for name in BuildState BuildRole ProjectId UserId ForkedFrom; do
  until temporal operator search-attribute list | grep -qw "$name"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "Temporal does not show the search attribute '$name'; see the lines above." >&2; exit 1; }
    temporal operator search-attribute create --name "$name" --type Keyword || true
    sleep 1
  done
done
echo "The namespace '$TEMPORAL_NAMESPACE' has the search attributes of Baton's builds."
