"""What a release archive says about itself."""

import json
import re
from dataclasses import asdict, dataclass

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from baton.workshop.errors import ArchiveBroken

FORMAT_VERSION = 1
MANIFEST_NAME = "MANIFEST.json"
_SHA256 = r"^[0-9a-f]{64}$"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_STRICT = ConfigDict(extra="forbid", strict=True)


@checked(frozen=True, slots=True, config=_STRICT)
class ManifestFile:
    """One file of an archive: digest, size in bytes, mode "0644" or "0755"."""

    sha256: str = Field(pattern=_SHA256)
    size: int = Field(ge=0)
    mode: str = Field(pattern=r"^0(644|755)$")


@checked(frozen=True, slots=True, config=_STRICT)
class Manifest:
    """An archive's manifest. `files` maps each path, without the archive's top folder, to what it must be."""

    format_version: int
    name: str
    version: str
    commit: str
    tree: str
    journal_head: str
    files: dict[str, ManifestFile]


@dataclass(frozen=True, slots=True)
class Release:
    """What a release is called and where it comes from; `journal_head` is the last journal entry's hash."""

    name: str
    version: str
    commit: str
    tree: str
    journal_head: str

    def __post_init__(self) -> None:
        for field in ("name", "version"):
            if _NAME.fullmatch(getattr(self, field)) is None:
                raise ValueError(f"release {field} {getattr(self, field)!r} must match {_NAME.pattern}")

    @property
    def stem(self) -> str:
        """The archive's top folder, and its file name without the suffix."""
        return f"{self.name}-{self.version}"


_SHAPE = TypeAdapter(Manifest)


def describe(release: Release, files: dict[str, ManifestFile]) -> Manifest:
    return Manifest(format_version=FORMAT_VERSION, files=files, **asdict(release))


def to_json(manifest: Manifest) -> bytes:
    """Sorted and indented: the same manifest gives the same bytes."""
    return _canonical(_SHAPE.dump_python(manifest, mode="json"))


def from_json(data: bytes) -> Manifest:
    """Read a manifest; raises ArchiveBroken when it is none, or of a format that is not known."""
    try:
        manifest = _SHAPE.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise ArchiveBroken(f"{MANIFEST_NAME} is not a manifest at {place}: {first['msg']}") from error
    if manifest.format_version != FORMAT_VERSION:
        raise ArchiveBroken(
            f"{MANIFEST_NAME} has format version {manifest.format_version}; this Baton reads {FORMAT_VERSION}"
        )
    return manifest


def _canonical(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True) + "\n").encode()
