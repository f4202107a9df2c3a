"""What a release is called: by the project's own word, or by the build's. A build has one release at most."""

import asyncio
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baton.runners.toolchain.job import Job
from baton.workshop.archive import Release
from baton.workshop.errors import FileNotInCommit
from baton.workshop.release_files import ReleaseFiles
from baton.workshop.workspace import Workspace

_SETTINGS_BYTES = 1_000_000
_GO_MODULE = re.compile(r"^module\s+(?P<path>\S+?)(?:/v\d+)?\s*$", re.MULTILINE)


async def release_of(job: Job) -> Release:
    """Name and version from the commit's pyproject.toml, package.json or go.mod, the first that names any.

    Without usable ones, the build ID and 0.0.0+<commit>.
    """
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
    for path, read in _READERS.items():
        try:
            raw = await job.workspace.read(job.base.sha, path, limit=_SETTINGS_BYTES)
            found = read(raw.decode())
        except (FileNotInCommit, ValueError, RecursionError):  # undecodable, or no TOML, or no JSON
            continue
        if isinstance(found, dict) and (found.get("name") or found.get("version")):
            return found
    return {}


def _python(text: str) -> Any:
    return tomllib.loads(text).get("project")


def _node(text: str) -> Any:
    found = json.loads(text)
    if not isinstance(found, dict):
        return {}
    name = found.get("name")  # @scope/name cannot name a file
    return {"name": name.removeprefix("@").replace("/", "-") if isinstance(name, str) else None} | {
        "version": found.get("version")
    }


def _go(text: str) -> Any:
    module = _GO_MODULE.search(text)  # its versions are tags, and none of this commit
    return {"name": module["path"].rpartition("/")[2]} if module else {}


_READERS: dict[str, Callable[[str], Any]] = {"pyproject.toml": _python, "package.json": _node, "go.mod": _go}


async def withdraw_release(workspace: Workspace, releases: Path, build_id: str) -> None:
    """Remove the files of the build's release, and its tag: what they stand for is no release, or no more."""
    await asyncio.to_thread(_remove, releases / build_id)
    await workspace.give_up_release()


def _remove(folder: Path) -> None:
    for archive in folder.glob("*.tar.gz"):
        ReleaseFiles(archive).withdraw()
