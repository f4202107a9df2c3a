from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from baton.runtime.settings import Settings, SettingsError, variable_of


def test_the_defaults_keep_all_state_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.home == tmp_path / ".baton"
    assert settings.database_url == f"sqlite:///{tmp_path}/.baton/baton.db"
    assert settings.profiles is None


def test_every_field_is_read_from_its_variable() -> None:
    environ = {
        "BATON_HOME": "/srv/baton",
        "BATON_DATABASE_URL": "postgresql://ada:pw@db/baton",
        "BATON_PROFILES": "/srv/profiles",
        "BATON_LOG_LEVEL": "debug",
        "BATON_LOG_FORMAT": "JSON",
        "BATON_METRICS": "[::1]:9464",
        "BATON_GATEWAY_METRICS": "token",
        "BATON_MAX_CONCURRENT_PHASES": "7",
        "BATON_ROLE_SLOTS": "code_writer=1, test_auditor=8",
        "BATON_ROLE_RATES": "code_writer=0.5",
        "BATON_TARGET_CPU": "0.75",
        "BATON_TARGET_MEMORY": "1",
        "BATON_POLLERS": "auto",
        "BATON_CACHED_BUILDS": "200",
        "BATON_MIRROR_WRITERS": "20",
        "BATON_GRACEFUL_SHUTDOWN_SECONDS": "1.5",
        "BATON_HEARTBEAT_SECONDS": "2",
        "BATON_RECONCILE_SECONDS": "90",
        "BATON_ENCRYPTION_KEY_FILE": "/srv/keys",
        "BATON_CODEC_ORIGINS": "https://temporal.example, http://ui:8080",
        "BATON_CODEC_ROLES": "admin, viewer",
        "BATON_PAYLOAD_STORE": "s3://payloads",
        "BATON_PAYLOAD_STORE_BYTES": "65536",
        "BATON_PAYLOAD_STORE_ENDPOINT": "https://s3.example/",
        "BATON_DEPLOYMENT": "baton-eu_1",
        "BATON_DEPLOYMENT_VERSION": "2.1.0+abc",
        "BATON_WEBHOOK_NETWORKS": "10.0.0.0/8, ::1/128",
        "BATON_GATEWAY_HOST": "::",
        "BATON_GATEWAY_PORT": "80",
        "BATON_PUBLIC_URL": "https://baton.example/",
        "BATON_GATEWAY_TRUSTED_PROXIES": "10.0.0.1,10.1.0.0/16",
        "BATON_TEMPORAL_UI_URL": "http://localhost:8233/",
        "BATON_GATEWAY_PROFILE": "local",
        "BATON_GATEWAY_REQUESTS_PER_MINUTE": "60",
        "BATON_GATEWAY_GUESSES_PER_MINUTE": "5",
        "BATON_GATEWAY_MAX_BODY_BYTES": "4096",
    }
    assert {variable_of(field) for field in Settings.model_fields} == {*environ, "BATON_ENCRYPTION_KEYS"}
    assert Settings.from_environment(environ).model_dump() == {
        "home": Path("/srv/baton"),
        "database_url": "postgresql://ada:pw@db/baton",
        "profiles": Path("/srv/profiles"),
        "log_level": "DEBUG",
        "log_format": "json",
        "metrics": "[::1]:9464",
        "gateway_metrics": "token",
        "max_concurrent_phases": 7,
        "role_slots": "code_writer=1, test_auditor=8",
        "role_rates": "code_writer=0.5",
        "target_cpu": 0.75,
        "target_memory": 1.0,
        "pollers": "auto",
        "cached_builds": 200,
        "mirror_writers": 20,
        "graceful_shutdown_seconds": 1.5,
        "heartbeat_seconds": 2.0,
        "reconcile_seconds": 90.0,
        "encryption_keys": None,
        "encryption_key_file": Path("/srv/keys"),
        "codec_origins": "https://temporal.example, http://ui:8080",
        "codec_roles": "admin, viewer",
        "payload_store": "s3://payloads",
        "payload_store_bytes": 65_536,
        "payload_store_endpoint": "https://s3.example",
        "deployment": "baton-eu_1",
        "deployment_version": "2.1.0+abc",
        "webhook_networks": "10.0.0.0/8, ::1/128",
        "gateway_host": "::",
        "gateway_port": 80,
        "public_url": "https://baton.example",
        "gateway_trusted_proxies": "10.0.0.1,10.1.0.0/16",
        "temporal_ui_url": "http://localhost:8233",
        "gateway_profile": "local",
        "gateway_requests_per_minute": 60,
        "gateway_guesses_per_minute": 5,
        "gateway_max_body_bytes": 4096,
    }


@pytest.mark.parametrize(
    ("variable", "name", "allowed"),
    [
        ("BATON_DEPLOYMENT", "baton.eu", "letters, digits, '_' and '-', such as baton"),
        ("BATON_DEPLOYMENT", "baton'", "such as baton"),
        ("BATON_DEPLOYMENT_VERSION", "2:1", "letters, digits, '.', '_', '+' and '-', such as 2.1.0"),
        ("BATON_DEPLOYMENT_VERSION", "v" * 101, "up to 100"),
    ],
)
def test_a_name_that_temporal_would_not_take_for_a_version_is_refused(variable: str, name: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({variable: name})
    assert str(refused.value).startswith(f"{variable} cannot be {name!r}: write up to 100")
    assert allowed in str(refused.value)


@pytest.mark.parametrize(
    "address", ["9464", ":9464", "here", "here:port", "http://here:9464", "::1:9464", "here:70000"]
)
def test_metrics_are_served_at_an_address_with_a_port(address: str) -> None:
    for variable in ("BATON_METRICS", "BATON_GATEWAY_METRICS"):
        with pytest.raises(SettingsError, match=f"{variable} cannot be .* such as 127.0.0.1:9464"):
            Settings.from_environment({variable: address})


def test_networks_are_read_one_by_one_and_there_are_none_unless_named() -> None:
    settings = Settings.from_environment({"BATON_WEBHOOK_NETWORKS": "10.0.0.0/8, ::1/128,"})
    assert settings.allowed_networks == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert Settings.from_environment({}).allowed_networks == ()


def test_an_option_wins_over_the_variable_and_none_is_not_an_option() -> None:
    environ = {"BATON_HOME": "/srv/one", "BATON_LOG_LEVEL": "ERROR"}
    settings = Settings.from_environment(environ, home=Path("/srv/two"), log_level=None)
    assert settings.home == Path("/srv/two")
    assert settings.database_url == "sqlite:////srv/two/baton.db"
    assert settings.log_level == "ERROR"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"BATON_LOG_LEVEL": " "}).log_level == "INFO"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BATON_LOG_LEVEL", "loud"),
        ("BATON_LOG_FORMAT", "xml"),
        ("BATON_MAX_CONCURRENT_PHASES", "many"),
        ("BATON_MAX_CONCURRENT_PHASES", "0"),
        ("BATON_ROLE_SLOTS", "coder=1"),
        ("BATON_ROLE_SLOTS", "code_writer"),
        ("BATON_ROLE_SLOTS", "code_writer=0"),
        ("BATON_ROLE_SLOTS", "code_writer=1.5"),
        ("BATON_ROLE_RATES", "code_writer=0"),
        ("BATON_ROLE_RATES", "code_writer=nan"),
        ("BATON_TARGET_CPU", "75"),
        ("BATON_POLLERS", "1"),
        ("BATON_POLLERS", "many"),
        ("BATON_GRACEFUL_SHUTDOWN_SECONDS", "-1"),
        ("BATON_GATEWAY_PORT", "70000"),
        ("BATON_PUBLIC_URL", "baton.example"),
        ("BATON_PUBLIC_URL", "https://baton.example/somewhere"),
        ("BATON_GATEWAY_TRUSTED_PROXIES", "everybody"),
        ("BATON_TEMPORAL_UI_URL", "ftp://here"),
        ("BATON_HEARTBEAT_SECONDS", "nan"),
        ("BATON_HEARTBEAT_SECONDS", "0"),
        ("BATON_DATABASE_URL", "mysql://db/baton"),
        ("BATON_DATABASE_URL", "baton.db"),
        ("BATON_PUBLIC_URL", "ftp://baton.example"),
        ("BATON_CODEC_ORIGINS", "https://temporal.example/page"),
        ("BATON_CODEC_ORIGINS", "everywhere"),
        ("BATON_CODEC_ROLES", "everybody"),
        ("BATON_PAYLOAD_STORE", "gs://bucket"),
        ("BATON_PAYLOAD_STORE", "s3://bucket/below"),
        ("BATON_WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("BATON_WEBHOOK_NETWORKS", "10.0.0.0/8,everything"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{variable} cannot be '{value}': .+") as refusal:
        Settings.from_environment({variable: value})
    assert "\n" not in str(refusal.value)


def test_a_refused_database_address_does_not_show_its_password() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({"BATON_DATABASE_URL": "mysql://ada:s3cret@db/baton"})
    assert "s3cret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_keys_come_from_one_place() -> None:
    environ = {"BATON_ENCRYPTION_KEYS": "one:c2VjcmV0", "BATON_ENCRYPTION_KEY_FILE": "/srv/keys"}
    with pytest.raises(SettingsError, match="both set: keep one") as refusal:
        Settings.from_environment(environ)
    assert "c2VjcmV0" not in str(refusal.value)
    assert "c2VjcmV0" not in repr(Settings(home=Path("/srv"), database_url="sqlite://", encryption_keys="one:c2VjcmV0"))


@pytest.mark.parametrize(
    ("given", "pages"),
    [
        ({}, ()),
        ({"BATON_TEMPORAL_UI_URL": "https://temporal.example/ui"}, ("https://temporal.example",)),
        ({"BATON_TEMPORAL_UI_URL": "http://127.0.0.1:8233"}, ("http://127.0.0.1:8233", "http://localhost:8233")),
        (
            {
                "BATON_TEMPORAL_UI_URL": "http://localhost:1",
                "BATON_CODEC_ORIGINS": "https://a.example,https://b.example/",
            },
            ("https://a.example", "https://b.example"),
        ),
    ],
)
def test_payloads_are_decrypted_for_the_pages_of_the_web_ui_and_no_others(
    given: dict[str, str], pages: tuple[str, ...]
) -> None:
    assert Settings.from_environment(given).codec_pages == pages


def test_printing_the_settings_does_not_show_the_password() -> None:
    settings = Settings.from_environment({"BATON_DATABASE_URL": "postgresql://ada:s3cret@db/baton"})
    assert "s3cret" not in f"{settings!r} {settings}"


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(SettingsError, match="no setting 'colour'"):
        Settings.from_environment({}, colour="red")


def test_settings_cannot_be_changed() -> None:
    settings = Settings.from_environment({})
    with pytest.raises(ValidationError, match="frozen"):
        settings.log_level = "ERROR"  # type: ignore[misc]
