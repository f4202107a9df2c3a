"""What workers that were killed left behind in workspaces.

The next phase of a build clears up before it begins. Of a build that ends without another phase, as one that is
cancelled meanwhile, only this does.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from baton.workshop._lock import file_lock
from baton.workshop.errors import WorkspaceBusy
from baton.workshop.removal import remove

_INSIDE = ("private/scratch/*", "private/index-*")
_DRAFT = ".new-"


async def clear_left_behind(root: Path) -> int:
    """Remove working folders, indexes and drafts of workspaces below ``root`` that nobody works in now.

    Returns how many there were. Raises OSError for what cannot be removed.
    """
    cleared = 0
    for build_id, path in await asyncio.to_thread(lambda: list(_left(root))):
        try:
            async with file_lock(root / ".locks" / build_id, wait_seconds=0):
                await asyncio.to_thread(remove, path)
        except WorkspaceBusy:
            continue
        cleared += 1
    return cleared


def _left(root: Path) -> Iterator[tuple[str, Path]]:
    for draft in root.glob(f"{_DRAFT}*~*"):
        yield draft.name.removeprefix(_DRAFT).rpartition("~")[0], draft
    for workspace in root.iterdir():
        if not workspace.name.startswith("."):
            yield from ((workspace.name, path) for pattern in _INSIDE for path in workspace.glob(pattern))
