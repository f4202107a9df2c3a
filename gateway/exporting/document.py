"""What an export holds: everything that is known of one build, in one JSON document."""

import hashlib
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from baton.domain.journal import Entry
from baton.domain.jsonvalue import canonical
from gateway.histories.standing import Standing
from gateway.sources import Source

FORMAT: Final = "baton-export"
VERSION: Final = 1


class ExportedRun(BaseModel):
    """One run. ``history`` is what Temporal's own command line prints and replays: ``{"events": […]}``."""

    run_id: str
    living: bool = Field(description="false for runs that were reset away, or had the ID before")
    history: dict[str, Any]


class Artifact(BaseModel):
    """A file of the release that lay on the machine of the export."""

    name: str
    size: int = Field(description="bytes")
    sha256: str


class Artifacts(BaseModel):
    """What was released: as the journal tells of it, and the files that were there."""

    release: dict[str, Any] | None = None
    files: list[Artifact] = Field(default_factory=list)


class Export(BaseModel):
    """The document. Fields are only ever added, with defaults; another ``version`` is for what cannot be added."""

    format: Literal["baton-export"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    baton: str = Field(description="the version that wrote it")
    build_id: str
    workflow_id: str
    namespace: str | None = Field(description="Temporal's; null where Temporal no longer had the build")
    standing: Standing
    whole: bool = Field(description="the build had ended, and all of its entries are here")
    source: Source = Field(description="where the journal was read")
    journal: list[Entry]
    superseded: list[Entry] = Field(default_factory=list, description="what runs told that were reset away")
    runs: list[ExportedRun] = Field(default_factory=list, description="oldest first")
    artifacts: Artifacts = Field(default_factory=Artifacts)


def sealed(export: Export) -> dict[str, Any]:
    """The document as JSON, with ``digest``: the SHA-256 over the canonical JSON of everything else."""
    document = export.model_dump(mode="json")
    return document | {"digest": digest_of(document)}


def digest_of(document: dict[str, Any]) -> str:
    """What ``digest`` has to be."""
    content = {name: value for name, value in document.items() if name != "digest"}
    return f"sha256:{hashlib.sha256(canonical(content)).hexdigest()}"
