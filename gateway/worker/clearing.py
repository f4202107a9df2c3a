"""Clearing up, before a worker takes work, after those that died."""

import logging

from baton.runtime.settings import Settings
from baton.workshop.leftovers import clear_left_behind
from gateway.home import workspaces_folder

log = logging.getLogger("baton.worker")


async def clear_up(settings: Settings) -> None:
    """Remove what workers that were killed left behind in workspaces; what cannot be removed keeps nobody from work."""
    root = workspaces_folder(settings)
    try:
        cleared = await clear_left_behind(root) if root.is_dir() else 0
    except OSError as error:
        log.warning("Folders that dead workers left behind in %r cannot be removed: %s", str(root), error.strerror)
        return
    if cleared:
        log.info("Removed what dead workers had left behind in workspaces (folders: %d)", cleared)
