"""An agent's own folder: its HOME, kept per build and role beside the workspace, so that its conversations survive.

    <workspace>/private/agents/<agent>/<role>/

The agent writes there as it likes. So nothing in it is followed: a link in the way of a file of ours is removed, and
what it left is read only when it is a plain file.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from baton.domain.vocabulary import Role
from baton.runners.agents.preset import Agent
from baton.runners.failures import RunnerMisconfigured
from baton.workshop.removal import remove
from baton.workshop.workspace import Workspace

_MOST_COPIED = 64 * 1024 * 1024


class OwnFolder:
    """The folder of ``agent`` for ``role``. It is there."""

    def __init__(self, workspace: Workspace, agent: Agent, role: Role) -> None:
        self.path = workspace.private / "agents" / agent.value / role.value
        self.path.mkdir(parents=True, exist_ok=True)
        self._lent: set[str] = set()

    def write(self, files: Mapping[str, str]) -> None:
        """Write ``files``, path below the folder to text, but for those of which the user's own are lent."""
        for name, text in files.items():
            if name not in self._lent:
                self._place(name).write_text(text, encoding="utf-8")

    @contextmanager
    def lent(self, config: Sequence[str], home: Path) -> Iterator[None]:
        """Copies of ``config``, files and folders below ``home``, lie at the same places here while the context lasts.

        Raises RunnerMisconfigured for one that is not there, and for more than 64 MiB.
        """
        try:
            for name, file in _files(config, home):
                place = self._place(name)
                self._lent.add(name)
                shutil.copyfile(file, place)
                place.chmod(0o600)
            yield
        finally:
            # A login does not stay with a build.
            while self._lent:
                self._place(self._lent.pop())

    def _place(self, name: str) -> Path:
        """Where ``name`` is to stand: its folders are there, and nothing is in its place. No link is followed."""
        *folders, last = PurePosixPath(name).parts
        here = self.path
        for part in folders:
            here /= part
            if here.is_symlink() or (here.exists() and not here.is_dir()):
                here.unlink()
            here.mkdir(exist_ok=True)
        place = here / last
        if place.is_dir() and not place.is_symlink():
            remove(place)
        else:
            place.unlink(missing_ok=True)
        return place


def _files(config: Sequence[str], home: Path) -> list[tuple[str, Path]]:
    """The plain files of ``config`` with their places. Links among a user's own files are theirs, and followed."""
    found: list[tuple[str, Path]] = []
    size = 0
    for name in config:
        source = home / name
        if not source.exists():
            raise RunnerMisconfigured(
                f"the profile lets the agent have {name!r} of the worker's HOME {str(home)!r}, and it is not there"
            )
        places = [Path(folder, each) for folder, _, names in os.walk(source) for each in sorted(names)] or [source]
        for file in filter(Path.is_file, places):
            found.append((str(PurePosixPath(name) / file.relative_to(source).as_posix()), file))
            size += file.stat().st_size
            if size > _MOST_COPIED:
                raise RunnerMisconfigured(
                    f"the 'config' of the profile has more than {_MOST_COPIED // 1024**2} MiB, with {name!r}: "
                    "name the files that the agent needs"
                )
    return found


def read_left(file: Path, most: int) -> bytes | None:
    """The first ``most`` bytes of a file that an agent left; ``None`` when there is none, or something else."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read(most)
    finally:
        os.close(descriptor)
