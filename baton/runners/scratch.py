"""Folders for a phase to work in, outside of the tree, gone when the phase is over."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from baton.workshop.workspace import Workspace

_NAME = "scratch"


@contextmanager
def scratch_folder(workspace: Workspace) -> Iterator[Path]:
    """An empty folder; what a command locked in it is left for :func:`sweep`."""
    parent = workspace.private / _NAME
    parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sweep(workspace: Workspace) -> None:
    """Remove what phases left behind whose worker was killed. Only while nobody works in the workspace."""
    shutil.rmtree(workspace.private / _NAME, ignore_errors=True)
