"""Folders for a phase to work in, outside of the tree, gone when the phase is over."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from baton.workshop.removal import remove
from baton.workshop.workspace import Workspace

_NAME = "scratch"


@contextlib.contextmanager
def scratch_folder(workspace: Workspace) -> Iterator[Path]:
    """An empty folder; what cannot be removed from it now is left for :func:`sweep`."""
    parent = workspace.private / _NAME
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            remove(folder)


def sweep(workspace: Workspace) -> None:
    """Remove what phases left behind whose worker was killed. Only while nobody works in the workspace."""
    with contextlib.suppress(OSError):
        remove(workspace.private / _NAME)
