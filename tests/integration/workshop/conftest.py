"""Real workspaces in a fresh folder."""

import shutil
from pathlib import Path

import pytest

from baton.workshop.sandbox import probe
from baton.workshop.workspace import Workspace, Workspaces


@pytest.fixture
def workspaces(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path / "builds", lock_seconds=5)


@pytest.fixture
async def workspace(workspaces: Workspaces) -> Workspace:
    return await workspaces.open("build-1")


@pytest.fixture
def bubblewrap() -> None:
    """Skips the test only where the program is missing: installed and not working is a failure."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed on this machine")
    assert probe().available, probe().reason


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder
