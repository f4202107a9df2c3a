"""Read an archive's members one by one, and refuse what could harm.

Not `tarfile.extractall(filter="data")`: it lets links through, had a hole in them (CVE-2025-4517), and
has no idea of how much is too much.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from baton.workshop.errors import ArchiveBroken, ArchiveRefused

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Caps on an archive: members, unpacked bytes, and unpacked over packed bytes (past `free_bytes`)."""

    members: int = 20_000
    total_bytes: int = 1024 * _MIB
    ratio: int = 200
    free_bytes: int = 64 * _MIB


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: `path` without the top folder. `content` can be read until the next member."""

    top: str
    path: str
    executable: bool
    content: IO[bytes]


def members(archive: Path, limits: UnpackLimits) -> Iterator[Member]:
    """The files of a gzipped tar archive, in its order, each checked before it is given out.

    To be used within `readable`, which covers what goes wrong while a member's content is read, too.
    """
    allowed = min(limits.total_bytes, max(limits.free_bytes, archive.stat().st_size * limits.ratio))
    seen = set[tuple[str, str]]()
    with _Bounded(archive, allowed) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
        total = 0
        for entry in tar:
            total += entry.size
            if total > allowed:
                raise ArchiveRefused(f"the archive {archive.name!r} unpacks to more than {allowed} bytes")
            if len(seen) >= limits.members:
                raise ArchiveRefused(f"the archive {archive.name!r} has over {limits.members} members")
            place = _checked(entry)
            if place in seen:
                raise ArchiveRefused(f"the archive's member {entry.name!r} comes twice")
            seen.add(place)
            content = tar.extractfile(entry)
            if entry.isfile() and content is not None:
                yield Member(*place, bool(entry.mode & 0o100), content)


@contextmanager
def readable(archive: Path) -> Iterator[None]:
    """Turn what a damaged archive makes the libraries raise into ArchiveBroken."""
    try:
        yield
    except (
        tarfile.TarError,
        zlib.error,
        EOFError,
        gzip.BadGzipFile,
        FileNotFoundError,
        RecursionError,
    ) as error:
        raise ArchiveBroken(f"the archive {archive.name!r} cannot be read: {error}") from error


def is_safe(name: str) -> bool:
    """Whether a member of this name stays in its folder, on every system."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return False
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


class _Bounded(gzip.GzipFile):
    """Unpacked bytes, up to a limit in all and up to a few at once.

    tarfile reads extended headers whole, into memory, at the size that the archive names.
    """

    def __init__(self, archive: Path, allowed: int) -> None:
        super().__init__(archive, "rb")
        self._allowed = 2 * allowed + _MIB  # headers and padding come on top of the content

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= 4 * _MIB or self.tell() > self._allowed:
            raise ArchiveRefused("the archive has headers of a size that no release has")
        return super().read(size)


def _checked(entry: tarfile.TarInfo) -> tuple[str, str]:
    shown = entry.name[:200]
    parts = PurePosixPath(entry.name).parts
    if not (entry.isreg() or entry.isdir()) or entry.issparse():
        raise ArchiveRefused(f"the archive's member {shown!r} is a link, a device or otherwise no plain file")
    if not is_safe(entry.name):
        raise ArchiveRefused(f"the archive's member {shown!r} would be written outside of its folder")
    if len(parts) < (1 if entry.isdir() else 2):
        raise ArchiveRefused(f"the archive's member {shown!r} lies outside of the top folder")
    return parts[0], "/".join(parts[1:])
