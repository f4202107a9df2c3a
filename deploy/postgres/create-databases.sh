#!/bin/sh
# One PostgreSQL server, two tenants: Temporal and Baton each own their databases and cannot read the other's.
# Run by the postgres image on an empty volume; connects by PGHOST or the local socket.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set baton_password="$BATON_DB_PASSWORD" --set temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE baton LOGIN PASSWORD :'baton_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE baton OWNER baton;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE baton, temporal, temporal_visibility FROM PUBLIC;
SQL
