"""The files of a workspace as a model may touch them: below one folder, never through a link, never git's own.

Each part of a path is opened by itself, from the folder before it, and never followed as a link: what is checked is
what is opened, also while somebody else renames folders.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

READ_BYTES = 2_000_000
"""The largest file that is read."""
WRITE_BYTES = 500_000
"""The largest file that is written."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_PATH = 1_000


class FileRefused(Exception):
    """What was asked for cannot be done; the message says why, for whoever asked."""


class OutOfBounds(FileRefused):
    """What was asked for lies outside of the workspace, or is not the asker's to touch."""


@dataclass(frozen=True)
class TreeFiles:
    """The files below ``root``, an existing folder. Paths are relative, with slashes.

    Every method raises :class:`OutOfBounds` for a path that leads elsewhere, :class:`FileRefused` for anything else.
    """

    root: Path

    def read(self, path: str) -> str:
        """The text of a file, as UTF-8 with line feeds."""
        parts = _parts(path)
        with self._opened(parts, os.O_RDONLY, path) as file:
            data = os.read(file, READ_BYTES + 1)
        if len(data) > READ_BYTES:
            raise FileRefused(f"{path!r} has more than {READ_BYTES:,} bytes, and such files are not read")
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise FileRefused(f"{path!r} is not a text file (byte {error.start} is not UTF-8)") from error
        if "\0" in text:
            raise FileRefused(f"{path!r} is not a text file (it holds NUL characters)")
        return text

    def write(self, path: str, text: str) -> bool:
        """Make a file, or replace its content, with all folders on the way. Whether it is new."""
        data = text.encode(errors="replace")
        if len(data) > WRITE_BYTES:
            raise FileRefused(f"{len(data):,} bytes are too many for one file; at most {WRITE_BYTES:,}")
        parts = _parts(path)
        with self._folder(parts[:-1], path, make=True) as folder:
            new = not _exists(folder, parts[-1])
        with self._opened(parts, os.O_WRONLY | os.O_CREAT, path) as file:
            os.ftruncate(file, 0)
            with os.fdopen(file, "wb", closefd=False) as opened:
                opened.write(data)
        return new

    def delete(self, path: str) -> None:
        """Remove a file, and the folders that are empty then. A link is removed, not what it points at."""
        parts = _parts(path)
        with self._folder(parts[:-1], path) as folder:
            try:
                os.unlink(parts[-1], dir_fd=folder)
            except OSError as error:
                raise _refused(path, error) from error
        with suppress(FileRefused, OSError):
            for depth in range(len(parts) - 1, 0, -1):
                with self._folder(parts[: depth - 1], path) as folder:
                    os.rmdir(parts[depth - 1], dir_fd=folder)

    def walk(self, path: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """The files and links below a folder, sorted, each with its path from the root. Git's own are left out."""
        parts = _parts(path) if path not in ("", ".", "./") else ()
        with self._folder(parts, path or ".") as folder:
            yield from self._below(folder, PurePosixPath(*parts))

    def _below(self, folder: int, at: PurePosixPath) -> Iterator[tuple[str, os.stat_result]]:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            if name.lower() == ".git":
                continue
            try:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except OSError:
                continue
            if not stat.S_ISDIR(found.st_mode):
                yield str(at / name), found
                continue
            with suppress(OSError):
                inner = os.open(name, _FOLDER, dir_fd=folder)
                try:
                    yield from self._below(inner, at / name)
                finally:
                    os.close(inner)

    @contextmanager
    def _folder(self, parts: tuple[str, ...], path: str, *, make: bool = False) -> Iterator[int]:
        """The folder named by ``parts``, opened part by part."""
        current = os.open(self.root, _FOLDER)
        try:
            for depth, part in enumerate(parts):
                if make and not _exists(current, part):
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=current)
                try:
                    inner = os.open(part, _FOLDER, dir_fd=current)
                except OSError as error:
                    self._refuse_link(current, part, parts[:depth], path)
                    raise _refused(path, error) from error
                os.close(current)
                current = inner
            yield current
        finally:
            os.close(current)

    @contextmanager
    def _opened(self, parts: tuple[str, ...], flags: int, path: str) -> Iterator[int]:
        """The plain file named by ``parts``."""
        with self._folder(parts[:-1], path) as folder:
            try:
                file = os.open(parts[-1], flags | _FILE, 0o644, dir_fd=folder)
            except OSError as error:
                self._refuse_link(folder, parts[-1], parts[:-1], path)
                raise _refused(path, error) from error
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise FileRefused(f"{path!r} is not a file")
            yield file
        finally:
            os.close(file)

    def _refuse_link(self, folder: int, name: str, above: tuple[str, ...], path: str) -> None:
        """Raise if ``name`` is a link; out of bounds only where it leads out."""
        try:
            target = os.readlink(name, dir_fd=folder)
        except OSError:
            return
        inside = os.path.normpath("/".join((*above, target)))
        shown = "/".join((*above, name))
        if target.startswith("/") or inside == ".." or inside.startswith("../"):
            raise OutOfBounds(f"{path!r}: {shown!r} is a link that leads out of the workspace")
        raise FileRefused(f"{path!r}: {shown!r} is a link to {inside!r}; links are not followed, name that path itself")


def _parts(path: str) -> tuple[str, ...]:
    if not path.strip() or "\0" in path or len(path) > _LONGEST_PATH:
        raise FileRefused("a path is a text such as 'src/main.py', not empty and not endless")
    if path.startswith(("/", "~")) or "\\" in path or path[1:3] == ":/":
        raise OutOfBounds(f"{path!r} is no path within the workspace: paths are relative, with slashes")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise OutOfBounds(f"{path!r} leads out of its folder: '..' is not allowed")
    if any(part.lower() == ".git" for part in parts):
        raise OutOfBounds(f"{path!r} is git's own, and not to be touched")
    if not parts:
        raise FileRefused(f"{path!r} is the workspace itself, not a file in it")
    return parts


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _refused(path: str, error: OSError) -> FileRefused:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileRefused(f"there is no {path!r} in the workspace")
    if error.errno in (errno.EISDIR, errno.EPERM):
        return FileRefused(f"{path!r} is a folder, not a file")
    return FileRefused(f"{path!r}: {error.strerror}")
