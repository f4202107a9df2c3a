"""What a release is called: by the project's own word, or by the build's. A build has one release at most."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

from baton.runners.toolchain.job import Job
from baton.workshop.archive import Release
from baton.workshop.errors import FileNotInCommit
from baton.workshop.release_files import ReleaseFiles
from baton.workshop.workspace import Workspace

_SETTINGS_BYTES = 1_000_000


async def release_of(job: Job) -> Release:
    """Name and version from the commit's pyproject.toml; without usable ones, the build ID and 0.0.0+<commit>."""
    project = await _project(job)
    own = {"commit": job.base.sha, "tree": job.base.tree, "journal_head": job.order.journal_head}
    fallback = f"0.0.0+{job.base.sha[:7]}"
    for name in (project.get("name"), job.order.build_id):
        for version in (project.get("version"), fallback):
            if isinstance(name, str) and isinstance(version, str):
                try:
                    return Release(name=name, version=version, **own)
                except ValueError:
                    continue  # it cannot name a file: the next best
    raise AssertionError("a build ID can always name a file")


async def _project(job: Job) -> dict[str, Any]:
    try:
        raw = await job.workspace.read(job.base.sha, "pyproject.toml", limit=_SETTINGS_BYTES)
        project = tomllib.loads(raw.decode()).get("project", {})
    except (FileNotInCommit, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return project if isinstance(project, dict) else {}


async def withdraw_release(workspace: Workspace, releases: Path, build_id: str) -> None:
    """Remove the files of the build's release, and its tag: what they stand for is no release, or no more."""
    await asyncio.to_thread(_remove, releases / build_id)
    await workspace.give_up_release()


def _remove(folder: Path) -> None:
    for archive in folder.glob("*.tar.gz"):
        ReleaseFiles(archive).withdraw()
