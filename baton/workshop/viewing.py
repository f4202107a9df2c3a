"""Looking at what a build did, from outside of it: nothing is made, nothing is locked, nothing is fetched."""

import re
from pathlib import Path

from baton.workshop._git import Git
from baton.workshop._history import History

_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LOOK_SECONDS = 30


def history_of(root: Path, build_id: str) -> History | None:
    """The commits of a build whose workspace lies below `root`; `None` when this machine has none of it."""
    home = root / build_id
    if _BUILD_ID.fullmatch(build_id) is None or not (home / "repo.git").is_dir():
        return None
    return History(Git(home / "repo.git", home / "tree", timeout_seconds=_LOOK_SECONDS), home / "private")
