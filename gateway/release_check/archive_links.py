"""Archive and manifest: the bytes, the members, and what lies beside them."""

import hashlib
import re

from baton.workshop import archive as archives
from baton.workshop import manifest as manifests
from baton.workshop.errors import ArchiveError
from baton.workshop.manifest import Manifest
from baton.workshop.release_files import ReleaseFiles
from gateway.release_check.links import Broken, counted

_BESIDE = "put it beside the archive, as it lay in the release's folder"
_MANIFEST_BYTES = 16 * 1024 * 1024


def digest_of(files: ReleaseFiles) -> str:
    """The SHA-256 of the archive. Raises Broken when there is none to be read."""
    try:
        with files.archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Broken(f"the archive {str(files.archive)!r} cannot be read: {error.strerror}") from error


def check_digest(files: ReleaseFiles, sha256: str) -> str:
    """That the digest beside the archive is ``sha256``."""
    try:
        told = files.checksum.read_bytes()[:4096].decode(errors="replace")
    except OSError as error:
        raise Broken(f"there is no {files.checksum.name!r} beside the archive", _BESIDE) from error
    match = re.match(r"([0-9a-f]{64})\b", told)
    if match is None:
        raise Broken(f"{files.checksum.name!r} holds no SHA-256", _BESIDE)
    if match[1] != sha256:
        raise Broken(f"the archive's SHA-256 is {sha256}, and {files.checksum.name!r} says {match[1]}")
    return f"{files.archive.name} has the SHA-256 {sha256}"


def check_manifest(files: ReleaseFiles) -> tuple[Manifest, str]:
    """That every member is what the manifest in the archive says, and the one beside it says the same."""
    try:
        manifest = archives.verify(files.archive)
    except ArchiveError as error:
        raise Broken(str(error)) from error
    try:
        with files.manifest.open("rb") as file:
            beside = manifests.from_json(file.read(_MANIFEST_BYTES))
    except OSError as error:
        raise Broken(f"there is no {files.manifest.name!r} beside the archive", _BESIDE) from error
    except ArchiveError as error:
        raise Broken(f"{files.manifest.name!r} beside the archive: {error}") from error
    if beside != manifest:
        raise Broken(f"{files.manifest.name!r} beside the archive is not the manifest in it")
    return manifest, f"{counted(len(manifest.files), 'file')}, each as the manifest says"
