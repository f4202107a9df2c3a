"""What a process of Baton is told from outside, as one typed object.

The doors make it once and pass it down. How to reach Temporal is not here: that is Temporal's own client
configuration (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, ...), see `baton.runtime.client`.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from baton.domain.vocabulary import AccessRole
from baton.runtime import setting_values
from baton.runtime.redaction import redacted

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["text", "json"]

_DATABASES = ("sqlite", "postgresql")


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names the variable."""


class Settings(BaseModel):
    """The settings of one process. Every field has the environment variable `BATON_<FIELD>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path
    """The folder where Baton keeps its state; absolute. Default: `.baton` in the current folder."""
    database_url: str = Field(repr=False)
    """Where the mirror lives; may hold a password: show `redacted(settings.database_url)`.
    Default: the SQLite file `baton.db` in `home`."""
    profiles: Path | None = None
    """A folder of further profiles; absolute. None: the shipped ones only."""
    log_level: LogLevel = "INFO"
    log_format: LogFormat = "text"
    metrics: Annotated[str | None, AfterValidator(setting_values.address)] = None
    """Where a worker serves its metrics to Prometheus, such as 127.0.0.1:9464. None: it keeps none."""
    gateway_metrics: Annotated[str | None, AfterValidator(setting_values.token_or_address)] = None
    """The gateway's metrics: `token` has them at /metrics for tokens of every project; an address also serves them
    there, to everybody who reaches it. None: it keeps none."""
    max_concurrent_phases: Annotated[int, Field(ge=1, le=1000)] = 4
    """How many phases of each role one worker plays at the same time."""
    role_slots: Annotated[str | None, AfterValidator(setting_values.role_slots)] = None
    """The same for single roles, such as `code_writer=1, test_auditor=8`."""
    role_rates: Annotated[str | None, AfterValidator(setting_values.role_rates)] = None
    """How many phases of single roles may begin in a minute, over all workers: `code_writer=30`."""
    target_cpu: Annotated[float | None, Field(gt=0, le=1)] = None
    """How busy the processors may be, from 0 to 1, before a worker takes no further phase."""
    target_memory: Annotated[float | None, Field(gt=0, le=1)] = None
    """How full the memory may be, from 0 to 1, before a worker takes no further phase."""
    pollers: Annotated[str, AfterValidator(setting_values.pollers)] = "5"
    """How many requests for work wait at Temporal for each task queue, or `auto`: as many as there is work for."""
    cached_builds: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """How many builds an orchestrator keeps in memory; others are replayed when something happens to them."""
    mirror_writers: Annotated[int, Field(ge=1, le=100)] = 10
    """How many builds an orchestrator writes into SQL at the same time, each with a connection of its own."""
    graceful_shutdown_seconds: Annotated[float, Field(ge=0, le=86_400)] = 20.0
    """How long a stopping worker lets running phases finish before it cancels them."""
    heartbeat_seconds: Annotated[float, Field(gt=0, le=3_600)] = 5.0
    """How often, at the least, a running phase tells Temporal that it is alive."""
    reconcile_seconds: Annotated[float, Field(gt=0, le=3_600)] = 30.0
    """How often the orchestrator compares what SQL says of builds with what Temporal does."""
    encryption_keys: str | None = Field(default=None, repr=False)
    """The keys that payloads are encrypted with, `ID:BASE64`, the one that encrypts first; see
    `baton.runtime.encryption.key_ring`. None, and no file: payloads are not encrypted."""
    encryption_key_file: Path | None = None
    """The same in a file that nobody else may read; absolute."""
    codec_origins: Annotated[str | None, AfterValidator(setting_values.origins)] = None
    """The origins of pages that the gateway decrypts payloads for, with commas between them: https://temporal.example.
    None: that of `temporal_ui_url`."""
    codec_roles: Annotated[str, AfterValidator(setting_values.access_roles)] = "admin"
    """The roles of tokens for every project that the gateway decrypts payloads for, with commas between them."""
    payload_store: Annotated[str | None, AfterValidator(setting_values.payload_store)] = None
    """Where payloads are kept that are too large for Temporal: a folder, or s3://bucket. None: nowhere, they fail."""
    payload_store_bytes: Annotated[int, Field(ge=1_024, le=1_900_000)] = 262_144
    """From how many bytes on a payload is kept there."""
    payload_store_endpoint: str | None = None
    """The address of an S3 that is not Amazon's."""
    deployment: str | None = None
    """The Temporal worker deployment that this worker belongs to, such as `baton`. None: its work is not versioned."""
    deployment_version: str | None = None
    """Which version of the deployment it is, such as `2.1.0`. None: the version of Baton."""
    webhook_networks: str | None = None
    """Networks of one's own that webhooks may lead to, also without encryption: `10.20.0.0/16, 127.0.0.1/32`.
    None: public addresses by https only."""
    gateway_host: str = "127.0.0.1"
    """The address that the gateway listens at once there is a token; without any it is loopback."""
    gateway_port: Annotated[int, Field(ge=0, le=65_535)] = 8420
    """The gateway's port; 0 is a free one."""
    public_url: str | None = None
    """Where people reach the gateway, when a proxy stands before it, and what links in notices begin with:
    https://baton.example."""
    gateway_trusted_proxies: str | None = None
    """The addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas between them."""
    temporal_ui_url: str | None = None
    """Temporal's Web UI, for links to it."""
    gateway_profile: str = "manual"
    """The profile of builds that are started over REST without naming one."""
    gateway_requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 1_200
    """How many requests each token may send in a minute."""
    gateway_guesses_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """How many tokens that open nothing one address may try in a minute. More, where many people share an address."""
    gateway_max_body_bytes: Annotated[int, Field(ge=1_024, le=100_000_000)] = 2_000_000
    """The largest body of a request that is read."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("home", "profiles", "encryption_key_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        scheme, separator, _ = url.partition("://")
        if not separator or scheme.partition("+")[0] not in _DATABASES:
            raise ValueError("write sqlite:///path/to/file.db or postgresql://user:password@host:5432/name")
        return url

    @field_validator("deployment")
    @classmethod
    def _name_of_a_deployment(cls, name: str | None) -> str | None:
        if name is not None and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", name) is None:
            raise ValueError("write up to 100 letters, digits, '_' and '-', such as baton")
        return name

    @field_validator("deployment_version")
    @classmethod
    def _name_of_a_version(cls, version: str | None) -> str | None:
        if version is not None and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}", version) is None:
            raise ValueError("write up to 100 letters, digits, '.', '_', '+' and '-', such as 2.1.0")
        return version

    @field_validator("webhook_networks")
    @classmethod
    def _known_networks(cls, text: str | None) -> str | None:
        _networks(text)
        return text

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """What `webhook_networks` names."""
        return _networks(self.webhook_networks)

    @model_validator(mode="after")
    def _keys_from_one_place(self) -> Self:
        if self.encryption_keys is not None and self.encryption_key_file is not None:
            raise ValueError("BATON_ENCRYPTION_KEYS and BATON_ENCRYPTION_KEY_FILE are both set: keep one of them")
        return self

    @property
    def codec_pages(self) -> tuple[str, ...]:
        """The origins of pages that may have payloads decrypted."""
        if self.codec_origins is not None:
            return setting_values.parts(self.codec_origins)
        return () if self.temporal_ui_url is None else setting_values.origins_at(self.temporal_ui_url)

    @property
    def codec_readers(self) -> frozenset[AccessRole]:
        """What `codec_roles` names."""
        return frozenset(map(AccessRole, setting_values.parts(self.codec_roles)))

    @field_validator("public_url", "temporal_ui_url", "payload_store_endpoint")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not (
            url.startswith(("http://", "https://")) and urlsplit(url).hostname and "?" not in url
        ):
            raise ValueError("write https://baton.example")
        return url and url.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _without_a_path(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).path:
            raise ValueError("the gateway needs a name of its own: write https://baton.example, without a path")
        return url

    @field_validator("gateway_trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: str | None) -> str | None:
        for proxy in [] if proxies is None else proxies.split(","):
            ip_network(proxy.strip())
        return proxies

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> Self:
        """Read `BATON_*` from `environ`; `overrides` (command line options, None when not given) win.

        An empty variable counts as not set. Raises SettingsError for the first value that cannot be used.
        """
        given: dict[str, Any] = {
            field: text for field in cls.model_fields if (text := environ.get(variable_of(field), "").strip())
        }
        given |= {name: value for name, value in overrides.items() if value is not None}
        given.setdefault("home", ".baton")
        if "database_url" not in given:
            given["database_url"] = f"sqlite:///{Path(given['home']).expanduser().absolute() / 'baton.db'}"
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsError(_first_complaint(error, given)) from None


def _networks(text: str | None) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in (text or "").split(",") if part.strip())


def variable_of(field: str) -> str:
    """The environment variable that sets a field: `log_level` is set by `BATON_LOG_LEVEL`."""
    return f"BATON_{field.upper()}"


def _first_complaint(error: ValidationError, given: Mapping[str, Any]) -> str:
    detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = detail["msg"].removeprefix("Value error, ")
    if not detail["loc"]:
        return reason
    field = str(detail["loc"][0])
    if field not in Settings.model_fields:
        return f"There is no setting {field!r}; the settings are {', '.join(Settings.model_fields)}"
    value = redacted(str(given[field])) if field == "database_url" else str(given[field])
    return f"{variable_of(field)} cannot be {value!r}: {reason[:1].lower()}{reason[1:]}"
