"""Where things lie below Baton's home folder."""

from pathlib import Path

from baton.runtime.settings import Settings


def workspaces_folder(settings: Settings) -> Path:
    """The git workspaces of builds whose roles are played on this machine."""
    return settings.home / "workspaces"


def releases_folder(settings: Settings) -> Path:
    """The releases that were made on this machine, a folder for each build."""
    return settings.home / "releases"
