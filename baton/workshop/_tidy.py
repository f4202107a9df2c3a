"""Bring a tree that others wrote into a shape that git reads whole."""

import os
import shutil
import stat
from pathlib import Path


def tidy(tree: Path) -> None:
    """Remove every `.git` in the tree, at any depth, and give the owner back the right to read and enter.

    With a `.git` inside, git would take a folder for a submodule and record a pointer in place of its
    files, which a later restore would then lose. The history of a build is kept in Baton's own git directory.
    """
    for folder, folders, files in os.walk(tree, topdown=True, followlinks=False, onerror=_raise):
        here = Path(folder)
        for name in [*folders, *files]:
            path = here / name
            if name.lower() == ".git":
                _remove(path)
            elif not path.is_symlink():
                _permit(path)
        folders[:] = [name for name in folders if name.lower() != ".git"]


def empty(folder: Path) -> None:
    """Remove everything in `folder`, links as links, whatever the rights on it."""
    _permit(folder)
    for path in folder.iterdir():
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    for folder, folders, _ in os.walk(path, topdown=True, followlinks=False):
        for name in folders:
            if not (inner := Path(folder, name)).is_symlink():
                _permit(inner)
    _permit(path)
    shutil.rmtree(path)


def _permit(path: Path) -> None:
    mode = path.lstat().st_mode
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        return
    needed = stat.S_IRWXU if stat.S_ISDIR(mode) else stat.S_IRUSR
    if mode & needed != needed:
        path.chmod(stat.S_IMODE(mode) | needed)


def _raise(error: OSError) -> None:
    raise error
