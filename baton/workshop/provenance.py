"""What a release says of how it was made: an in-toto Statement v1 with a SLSA Provenance v1 predicate.

Fields have the names that these formats give them; what they do not foresee stands in ``internalParameters`` and in
``annotations``, where they leave room for it. Readers ignore what they do not know, as the formats ask.
"""

import json
import re
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from baton.workshop.errors import SignatureBroken

STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Literal["https://slsa.dev/provenance/v1"] = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:baton:build:v1"
BUILDER = "urn:baton:builder:v1"

_LOGIN = re.compile(r"://[^/@\s]*@")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Resource(_Part):
    """A thing that is named: what ``digest`` says of it is hexadecimal, by the name of the algorithm."""

    name: str | None = None
    uri: str | None = None
    digest: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, Any] = Field(default_factory=dict)


class BuildDefinition(_Part):
    """What was asked for, and from what it was made."""

    build_type: str
    external_parameters: dict[str, Any]
    internal_parameters: dict[str, Any] = Field(default_factory=dict)
    resolved_dependencies: tuple[Resource, ...] = ()


class Builder(_Part):
    """Who built. ``version`` is by component."""

    id: str
    version: dict[str, str] = Field(default_factory=dict)


class Metadata(_Part):
    """The one run of the builder."""

    invocation_id: str | None = None


class RunDetails(_Part):
    """How it was built."""

    builder: Builder
    metadata: Metadata = Metadata()
    byproducts: tuple[Resource, ...] = ()


class Provenance(_Part):
    """The predicate."""

    build_definition: BuildDefinition
    run_details: RunDetails


class Statement(_Part):
    """The statement; what ``predicate`` says is said of every ``subject``."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(default=STATEMENT_TYPE, alias="_type")
    subject: tuple[Resource, ...] = Field(min_length=1)
    predicate_type: Literal["https://slsa.dev/provenance/v1"] = PREDICATE_TYPE
    predicate: Provenance

    def to_bytes(self) -> bytes:
        """JSON with sorted keys and no blanks: the same statement gives the same bytes."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(_without_empty(data), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def read_statement(payload: bytes) -> Statement:
    """The statement in ``payload``. Raises SignatureBroken when it is none, or of another form."""
    try:
        return Statement.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise SignatureBroken(f"what is signed is no provenance of a release: {place}: {first['msg']}") from error


def _without_empty(value: Any) -> Any:
    """Parts that say nothing are left out."""
    if isinstance(value, dict):
        cleaned = {name: _without_empty(part) for name, part in value.items()}
        return {name: part for name, part in cleaned.items() if part not in ({}, [], "")}
    if isinstance(value, list):
        return [_without_empty(part) for part in value]
    return value


def repository_uri(repo: str) -> str | None:
    """The address of a git repository as these formats write it, without anybody's login.

    ``None`` for a path that says where something is on one machine's current folder alone.
    """
    address = without_login(repo)
    if "://" in address:
        return address if address.startswith("git://") else f"git+{address}"
    if address.startswith("/"):
        return f"git+file://{quote(address)}"
    host, colon, path = address.partition(":")
    return f"git+ssh://{host.rpartition('@')[2]}/{quote(path.lstrip('/'))}" if colon and "/" not in host else None


def without_login(repo: str) -> str:
    """A repository's address without user name and password."""
    return _LOGIN.sub("://", repo)
