"""Submodules of a repository: Baton does not fetch them, and their folders are empty."""

import os
from collections.abc import Mapping
from pathlib import Path

from baton.workshop._git import Git

_GITLINK = b"160000 "


async def release(git: Git, tree: Path, *, env: Mapping[str, str] | None, lock: int) -> None:
    """Take those submodules out of the index that somebody wrote files for, so that they are committed as files.

    Git would leave all that lies in a submodule's folder out of a commit, and say nothing.
    """
    listed = await git("ls-files", "--stage", "-z", env=env, lock=lock)
    pointers = [record.partition(b"\t")[2] for record in listed.split(b"\0") if record.startswith(_GITLINK)]
    written = [path for path in pointers if _holds_something(tree / os.fsdecode(path))]
    if written:
        told = b"".join(path + b"\0" for path in written)
        await git("update-index", "--force-remove", "-z", "--stdin", stdin=told, env=env, lock=lock)


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and any(folder.iterdir())
