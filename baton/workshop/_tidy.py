"""Bring a tree that others wrote into a shape that git reads whole."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from baton.workshop.errors import TreeUnfit
from baton.workshop.removal import remove

DEEPEST = 256
"""Folders in folders. Much of what walks a tree does so by recursion, the tools of the projects too."""

LONGEST = 2048
"""Bytes of a path within the tree: half of what the system takes, so that it can be checked out elsewhere too."""


def tidy(tree: Path) -> None:
    """Remove what no commit can hold, and give the owner back the right to read and enter.

    That is every `.git`, at any depth, and every pipe, socket and device. With a `.git` inside, git would take a folder
    for a submodule and record a pointer in place of its files, which a later restore would then lose. The history of a
    build is kept in Baton's own git directory. Raises TreeUnfit, as `check_shape` does.
    """
    _permit(tree)
    for folder, folders, files in _walk(tree):
        for name in [*folders, *files]:
            path = folder / name
            if name.lower() == ".git" or not _can_be_held(path):
                remove(path)
            elif not path.is_symlink():
                _permit(path)
        folders[:] = [name for name in folders if name.lower() != ".git"]


def check_shape(tree: Path) -> None:
    """Raise TreeUnfit when folders are nested too deep, or a path is too long."""
    for _ in _walk(tree):
        pass


def _walk(tree: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Folders, what is in them, from the top. What is taken from the list of folders is not gone into."""
    top = len(os.fsencode(tree)) + 1
    for folder, folders, files in os.walk(tree, topdown=True, followlinks=False, onerror=_raise):
        here = Path(folder)
        within = os.fsencode(folder)[top:]
        longest = max((len(os.fsencode(name)) for name in [*folders, *files]), default=0)
        if len(within) + longest > LONGEST or len(here.parts) - len(tree.parts) > DEEPEST:
            shown = os.fsdecode(within[:60])
            raise TreeUnfit(
                f"the tree holds paths that are too long or nested too deep, below {shown!r}: at most {DEEPEST} "
                f"folders in each other and {LONGEST} bytes of path can be committed"
            )
        yield here, folders, files


def _can_be_held(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def _permit(path: Path) -> None:
    mode = path.lstat().st_mode
    needed = stat.S_IRWXU if stat.S_ISDIR(mode) else stat.S_IRUSR
    if mode & needed != needed:
        path.chmod(stat.S_IMODE(mode) | needed)


def _raise(error: OSError) -> None:
    raise error
