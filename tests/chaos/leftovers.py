"""What must not be there any more when workers and gateway have ended in good order."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.findings import Findings, Kind
from tests.chaos.scene import Scene
from tests.integration.doors.programs import left_behind

_NEVER_IN_LOGS = ("Nondeterminism", "TMPRL1100", "Potential deadlock", "Task exception was never retrieved")


def look(scene: Scene, findings: Findings) -> None:
    """Write down what is left. Temporal and PostgreSQL may still run."""
    own = (str(scene.folder / "temporal"), str(scene.folder / "postgresql"))
    for process in left_behind(scene.folder):
        if not any(folder in process for folder in own):
            findings.add(Kind.LEFT, f"the process {process[:300]}")
    for what in (*_locks(scene.home / "workspaces"), *_drafts(scene.home / "workspaces"), *_temporary(scene.temporary)):
        findings.add(Kind.LEFT, what)
    for log in scene.logs:
        text = log.read_text(encoding="utf-8", errors="replace")
        for word in _NEVER_IN_LOGS:
            if word in text:
                findings.add(Kind.OTHER, f"{log.name} says {word!r} {text.count(word)} times")


def _locks(workspaces: Path) -> Iterator[str]:
    for lock in (workspaces / ".locks").glob("*"):
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield f"the lock of workspace {lock.name} is held"
        finally:
            os.close(descriptor)


def _drafts(workspaces: Path) -> Iterator[str]:
    for draft in workspaces.glob(".new-*"):
        yield f"the draft of a workspace {draft.name}"
    for workspace in workspaces.iterdir():
        if workspace.name.startswith("."):
            continue
        for scratch in (workspace / "private" / "scratch").glob("*"):
            yield f"the working folder {scratch.relative_to(workspaces)}"
        for index in (workspace / "private").glob("index-*"):
            yield f"the index {index.relative_to(workspaces)}"
        for lock in (workspace / "repo.git").glob("*.lock"):
            yield f"git's lock {lock.relative_to(workspaces)}"


def _temporary(folder: Path) -> Iterator[str]:
    yield from (f"the temporary {path.name}" for path in folder.iterdir())
