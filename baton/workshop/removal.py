"""Remove what a program left behind, whatever it did to make that hard.

Not `shutil.rmtree`: it goes down by recursion and by path, so folders nested a thousand deep end it, and it stops at
folders that cannot be read. Here each folder is opened once, below one that is held open, and its subfolders are
moved up beside it.
"""

import contextlib
import os
import secrets
import stat
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(path: Path) -> None:
    """Remove `path` and, if it is a folder, all that is in it; links as links. What is not there is no error."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        empty(path)
        path.rmdir()
    else:
        path.unlink()


def empty(folder: Path) -> None:
    """Remove everything in `folder`, links as links, whatever the rights on it and however deep it goes."""
    _open_up(folder, folder.lstat().st_mode)
    top = os.open(folder, _FOLDER)
    try:
        _empty(top)
    finally:
        os.close(top)


@contextlib.contextmanager
def temporary_folder() -> Iterator[str]:
    """A new folder for as long as the context lasts."""
    made = tempfile.mkdtemp(prefix="baton-")
    try:
        yield made
    finally:
        remove(Path(made))


def _empty(top: int) -> None:
    mark = f".baton-{secrets.token_hex(8)}-"  # no name that a program could have given before
    moved = 0
    folders = deque(_unlink_files(top))
    while folders:
        name = folders.popleft()
        here = os.open(name, _FOLDER, dir_fd=top)
        try:
            for inner in _unlink_files(here):
                moved += 1
                os.rename(inner, f"{mark}{moved}", src_dir_fd=here, dst_dir_fd=top)
                folders.append(f"{mark}{moved}")
        finally:
            os.close(here)
        os.rmdir(name, dir_fd=top)


def _unlink_files(folder: int) -> list[str]:
    """Unlink all that is no folder; returns the names of the folders, each of which can be read, entered and moved."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    names = [name for name, is_folder in found if is_folder]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
    for name in names:
        _open_up(name, os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode, within=folder)
    return names


def _open_up(path: Path | str, mode: int, within: int | None = None) -> None:
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(path, stat.S_IMODE(mode) | stat.S_IRWXU, dir_fd=within)
