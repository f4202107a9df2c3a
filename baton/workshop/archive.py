"""Release archives: the same commit gives the same bytes, and each file can be checked.

`<name>-<version>.tar.gz` holds one top folder `<name>-<version>` with the files and MANIFEST.json. Beside the
archive lie the manifest (`.manifest.json`) and the digest (`.sha256`, as `sha256sum -c` reads it).
"""

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from baton.workshop import manifest as manifests
from baton.workshop._members import UnpackLimits, is_safe, members, readable
from baton.workshop.errors import ArchiveBroken, ArchiveRefused
from baton.workshop.manifest import MANIFEST_NAME, Manifest, ManifestFile, Release
from baton.workshop.release_files import ReleaseFiles, write_whole

__all__ = ["Archive", "Manifest", "ManifestFile", "Release", "UnpackLimits", "describe", "pack", "unpack", "verify"]

_MANIFEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """A written archive: where it is, the SHA-256 of its bytes, and its manifest."""

    path: Path
    sha256: str
    size: int
    manifest: Manifest

    @property
    def files(self) -> ReleaseFiles:
        """The archive, and what lies beside it."""
        return ReleaseFiles(self.path)


def pack(folder: Path, into: Path, release: Release) -> Archive:
    """Write the files of `folder` as an archive into the folder `into`.

    Each of the three files written appears whole or not at all, the archive last. A link to a file in the
    folder becomes a copy of that file; empty folders are left out. Raises ArchiveRefused on any other link,
    on a device, pipe or socket, on a name that not every system can hold, and on a file with the manifest's
    name.
    """
    found = dict(_walk(folder.resolve()))
    if MANIFEST_NAME in found:
        raise ArchiveRefused(f"the folder holds a file {MANIFEST_NAME!r}; that name is the manifest's")
    manifest = manifests.describe(release, {path: _describe(file) for path, file in found.items()})
    told = manifests.to_json(manifest)
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{release.stem}.tar.gz"
    files = ReleaseFiles(path)
    with tempfile.NamedTemporaryFile(dir=into, prefix=".pack-", delete=False) as draft:
        try:
            _write(draft, release.stem, found, manifest, told)
            draft.flush()
            os.fsync(draft.fileno())
            draft.seek(0)
            digest = hashlib.file_digest(draft, "sha256").hexdigest()
            write_whole(files.manifest, told)
            write_whole(files.checksum, f"{digest}  {path.name}\n".encode())
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return Archive(path, digest, path.stat().st_size, manifest)


def describe(folder: Path) -> dict[str, ManifestFile]:
    """What a manifest says of the files of `folder`; links count as :func:`pack` packs them. Raises ArchiveRefused."""
    return {path: _describe(file) for path, file in _walk(folder.resolve())}


def verify(archive: Path, *, limits: UnpackLimits | None = None) -> Manifest:
    """Check every file of an archive against its manifest.

    Raises ArchiveBroken and names the first file that is missing, extra or changed, and ArchiveRefused when
    the archive holds what must not be unpacked.
    """
    manifest: Manifest | None = None
    stem = ""
    seen: dict[str, ManifestFile] = {}
    with readable(archive):
        for member in members(archive, limits or UnpackLimits()):
            stem = stem or member.top
            if member.top != stem:
                raise ArchiveBroken(f"the archive has a second top folder {member.top!r} beside {stem!r}")
            if member.path == MANIFEST_NAME:
                manifest = manifests.from_json(member.content.read(_MANIFEST_BYTES))
                continue
            size, digest = _digest(member.content)
            seen[member.path] = ManifestFile(digest, size, "0755" if member.executable else "0644")
    if manifest is None:
        raise ArchiveBroken(f"the archive {archive.name!r} has no {MANIFEST_NAME}")
    if stem != f"{manifest.name}-{manifest.version}":
        raise ArchiveBroken(f"the archive's top folder is {stem!r}, its manifest names another release")
    for path in sorted({*seen, *manifest.files}):
        _compare(path, seen.get(path), manifest.files.get(path))
    return manifest


def unpack(archive: Path, into: Path, *, limits: UnpackLimits | None = None) -> Path:
    """Unpack into the folder `into`, which must be empty or absent; returns the top folder in it.

    Only plain files are written, with mode 0644 or 0755. Raises ArchiveRefused, before the file concerned is
    written, on links, devices, absolute paths, "..", names that come twice, and on exceeded limits.
    """
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise ValueError(f"cannot unpack into {str(into)!r}: it is not empty")
    top = ""
    with readable(archive):
        for member in members(archive, limits or UnpackLimits()):
            top = top or member.top
            target = into / member.top / member.path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    while chunk := member.content.read(1 << 20):
                        file.write(chunk)
            except (FileExistsError, NotADirectoryError) as error:
                raise ArchiveRefused(f"the archive's member {member.path!r} comes twice, as file or folder") from error
            target.chmod(0o755 if member.executable else 0o644)
    if not top:
        raise ArchiveBroken(f"the archive {archive.name!r} is empty")
    return into / top


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).parts):
        name = path.relative_to(root).as_posix()
        if not is_safe(name):
            raise ArchiveRefused(f"the name {name!r} cannot be written on every system; rename the file")
        real = path.resolve()
        if path.is_symlink() and not (real.is_file() and real.is_relative_to(root)):
            raise ArchiveRefused(f"{name!r} is a link to something other than a file of this folder")
        if real.is_file():
            yield name, real
        elif not real.is_dir():
            raise ArchiveRefused(f"{name!r} is neither a file nor a folder")


def _describe(path: Path) -> ManifestFile:
    with path.open("rb") as file:
        size, digest = _digest(file)
    return ManifestFile(digest, size, "0755" if path.stat().st_mode & 0o100 else "0644")


def _digest(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _write(raw: IO[bytes], stem: str, found: dict[str, Path], manifest: Manifest, told: bytes) -> None:
    # No file name and no time in gzip's header, and no owner in tar's: nothing but the content.
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(_entry(f"{stem}/{MANIFEST_NAME}", len(told), "0644"), io.BytesIO(told))
        for name, path in found.items():
            facts = manifest.files[name]
            with path.open("rb") as file:
                tar.addfile(_entry(f"{stem}/{name}", facts.size, facts.mode), file)


def _entry(name: str, size: int, mode: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, int(mode, 8), 0
    return entry


def _compare(path: str, found: ManifestFile | None, told: ManifestFile | None) -> None:
    if found is None:
        raise ArchiveBroken(f"the file {path!r} is missing from the archive")
    if told is None:
        raise ArchiveBroken(f"the file {path!r} is in the archive but not in its manifest")
    if found != told:
        raise ArchiveBroken(f"the file {path!r} is not what the manifest says: {found} instead of {told}")
