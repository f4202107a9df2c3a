"""docker-compose.yml and the Dockerfile keep what they promise: pinned, local, healthy in order, no root."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from baton.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOTS = {"temporal-schema", "temporal-namespace", "migrate"}
OBSERVING = {"prometheus", "grafana"}
LONG_RUNNING = SERVICES.keys() - ONE_SHOTS
DOCKERFILE = (ROOT / "Dockerfile").read_text()

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


def _with_defaults(text: str) -> str:
    """What compose makes of `text` without an .env file."""
    return _VARIABLE.sub(lambda found: found["default"] or "", text)


def _env_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def docker_compose() -> list[str]:
    """The command, when this machine has the compose plugin."""
    if shutil.which("docker") is None:
        pytest.skip("there is no docker client here")
    command = ["docker", "compose"]
    probe = subprocess.run([*command, "version"], capture_output=True, text=True, timeout=30, check=False)
    if probe.returncode != 0:
        pytest.skip("the docker client here has no compose plugin")
    return command


@pytest.mark.parametrize("env_file", ["/dev/null", str(ROOT / ".env.example")], ids=["defaults", "env_example"])
def test_the_compose_client_accepts_the_file(docker_compose: list[str], env_file: str) -> None:
    finished = subprocess.run(
        [
            *docker_compose,
            "--env-file",
            env_file,
            "--file",
            str(ROOT / "docker-compose.yml"),
            "config",
            "--quiet",
        ],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_every_service_is_either_long_running_or_a_one_shot() -> None:
    assert SERVICES.keys() == ONE_SHOTS | OBSERVING | {"postgres", "temporal", "temporal-ui", "worker", "gateway"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_image_is_pinned_to_a_full_version(name: str) -> None:
    image = _with_defaults(SERVICES[name]["image"])
    assert re.fullmatch(r"[\w/-]+:v?\d+\.\d+(\.\d+)?", image), image


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_a_long_running_service_has_a_health_check_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= check.keys()


@pytest.mark.parametrize("name", sorted(ONE_SHOTS))
def test_a_one_shot_gives_up_after_some_failures_and_is_waited_for(name: str) -> None:
    assert re.fullmatch(r"on-failure:\d+", SERVICES[name]["restart"])
    waited_for = [
        service["depends_on"][name]["condition"]
        for service in SERVICES.values()
        if name in service.get("depends_on", {})
    ]
    assert set(waited_for) == {"service_completed_successfully"}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"postgres", "prometheus"}))
def test_a_service_waits_until_what_it_needs_is_ready(name: str) -> None:
    for needed, how in SERVICES[name]["depends_on"].items():
        ready = "service_completed_successfully" if needed in ONE_SHOTS else "service_healthy"
        assert how == {"condition": ready}, needed


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_bound_to_the_loopback_address(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert _with_defaults(port).startswith("127.0.0.1:"), port


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_mounted_exists_and_what_is_kept_is_a_volume(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, *_ = _with_defaults(volume).split(":")
        if source.startswith("./"):
            assert (ROOT / source).exists(), source
            assert volume.endswith(":ro"), volume
        else:
            assert source in COMPOSE["volumes"]


def test_every_variable_has_a_default_and_the_example_names_them_all() -> None:
    used = {found["name"]: found["default"] for found in _VARIABLE.finditer(yaml.safe_dump(COMPOSE))}
    assert used == _env_example()


def test_temporal_and_baton_have_databases_and_roles_of_their_own() -> None:
    baton = SERVICES["worker"]["environment"]["BATON_DATABASE_URL"]
    assert _with_defaults(baton) == "postgresql+psycopg://baton:local-use-only@postgres:5432/baton"
    assert SERVICES["temporal"]["environment"]["POSTGRES_USER"] == "temporal"
    assert SERVICES["temporal-schema"]["environment"]["SQL_USER"] == "temporal"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("migrate", set()),
        ("worker", {"BATON_METRICS"}),
        ("gateway", {"BATON_GATEWAY_HOST", "BATON_GATEWAY_METRICS", "BATON_TEMPORAL_UI_URL"}),
    ],
)
def test_a_service_of_baton_gets_every_setting(name: str, own: set[str]) -> None:
    settings = {
        "BATON_DATABASE_URL",
        "BATON_ENCRYPTION_KEYS",
        "BATON_HOME",
        "BATON_PAYLOAD_STORE",
        "BATON_PROFILES",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "TEMPORAL_ADDRESS",
        "TEMPORAL_NAMESPACE",
    }
    assert SERVICES[name]["environment"].keys() == settings | own
    assert SERVICES[name]["build"] == "."


@pytest.mark.parametrize("name", ["worker", "gateway"])
def test_what_others_can_reach_has_no_capabilities_and_can_gain_none(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


def test_what_looks_on_is_there_when_it_is_asked_for_alone() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" in service} == OBSERVING
    assert {tuple(SERVICES[name]["profiles"]) for name in OBSERVING} == {("observe",)}


def test_prometheus_scrapes_what_serves_metrics_and_no_port_of_it_is_published() -> None:
    config = yaml.safe_load((ROOT / "deploy/observe/prometheus/prometheus.yml").read_text())
    targets = {target for job in config["scrape_configs"] for one in job["static_configs"] for target in one["targets"]}
    served = {
        f"{name}:{address.rpartition(':')[2]}"
        for name, variable in (("worker", "BATON_METRICS"), ("gateway", "BATON_GATEWAY_METRICS"))
        for address in [SERVICES[name]["environment"][variable]]
    }
    assert targets == served
    for target in targets:
        name, _, port = target.partition(":")
        assert not any(f":{port}" in _with_defaults(one) for one in SERVICES[name].get("ports", []))


def test_the_gateway_is_asked_for_its_health_where_it_listens() -> None:
    default = Settings.model_fields["gateway_port"].default
    assert f"http://127.0.0.1:{default}/healthz" in SERVICES["gateway"]["healthcheck"]["test"][-1]
    (port,) = SERVICES["gateway"]["ports"]
    assert _with_defaults(port) == f"127.0.0.1:{default}:{default}"


def test_the_image_runs_as_a_plain_user_with_a_health_check() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER baton$", last_stage, re.MULTILINE)
    assert last_stage.index("USER baton") < last_stage.index("\nCMD ")
    assert "\nHEALTHCHECK " in last_stage


def test_the_image_is_built_from_pinned_parts() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    for base in bases:
        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base), base
    assert "--constraint constraints.txt" in DOCKERFILE


def test_all_that_the_dockerfile_copies_is_let_through_by_dockerignore() -> None:
    let_through = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == let_through
