"""Files of the tree that would steer an agent instead of the profile: they are not there while it works.

Programs that have no switch for it read settings where they are started: whoever wrote the tree could have them run
commands before the model is asked, or send the key to another address.
"""

import shutil
from collections.abc import Collection
from pathlib import PurePosixPath

from baton.workshop.workspace import Workspace


def take_away(workspace: Workspace, names: Collection[str]) -> None:
    """Remove what lies at the top of the tree under these names."""
    for name in names:
        place = workspace.tree / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


async def put_back(workspace: Workspace, names: Collection[str]) -> None:
    """Bring back, as at the head, what was taken away; what the agent has made under such a name itself stays."""
    tree = workspace.tree
    gone = {name for name in names if not (tree / name).is_symlink() and not (tree / name).exists()}
    if not gone:
        return
    entries = await workspace.files((await workspace.head()).sha)
    wanted = [entry for entry in entries if PurePosixPath(entry.path).parts[0] in gone]
    contents = await workspace.contents(wanted)
    for entry in wanted:
        place, data = tree / entry.path, contents[entry.path]
        place.parent.mkdir(parents=True, exist_ok=True)
        if not entry.regular:
            place.symlink_to(data.decode(errors="surrogateescape"))
            continue
        place.write_bytes(data)
        if entry.mode == "100755":
            place.chmod(0o755)
