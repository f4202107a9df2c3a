"""A build's commits, to look at: nothing here writes the tree or takes the lock."""

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from baton.workshop._git import Git
from baton.workshop._origin import BRANCH
from baton.workshop._tidy import empty
from baton.workshop.errors import CommitNotFound, FileNotInCommit, GitFailed, UnsafeLink

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_READ_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and the tree it holds, both as full hexadecimal object names."""

    sha: str
    tree: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry of a commit: path with slashes, mode (100644, 100755, 120000), size in bytes."""

    path: str
    mode: str
    size: int


class History:
    """What can be asked of a build's commits. A commit is named by its full hexadecimal name."""

    def __init__(self, git: Git, private: Path) -> None:
        self._git = git
        self.private = private

    async def head(self) -> Commit:
        """The build's latest commit."""
        return await self._commit(BRANCH)

    async def changed_files(self, since: str) -> list[str]:
        """The paths that differ between the commit `since` and the head, sorted."""
        old, new = await self._commit(since), await self.head()
        listed = await self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old.sha, new.sha)
        return sorted(_text(path) for path in listed.split(b"\0") if path)

    async def diff(self, since: str, *, limit: int) -> str:
        """The patch from `since` to the head; over `limit` bytes it loses its middle, and says so."""
        old, new = await self._commit(since), await self.head()
        command = ("diff-tree", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-color")
        patch = await self._git(*command, old.sha, new.sha, keep=limit)
        return patch.decode(errors="replace")

    async def same_tree(self, one: str, other: str) -> bool:
        """Whether two commits hold the same files."""
        return (await self._commit(one)).tree == (await self._commit(other)).tree

    async def export(self, commit: str, into: Path) -> None:
        """Check `commit` out into `into`, which must be empty or absent.

        Raises UnsafeLink, and leaves `into` empty, when a symbolic link in the commit leads out of it.
        """
        target = await self._commit(commit)
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise ValueError(f"cannot export into {str(into)!r}: it is not empty")
        self.private.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.private, prefix="index-") as scratch:
            env = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            await self._git("read-tree", target.sha, env=env, tree=into)
            await self._git("checkout-index", "--all", "--force", env=env, tree=into)
        try:
            await asyncio.to_thread(_check_links, into.resolve())
        except UnsafeLink:
            await asyncio.to_thread(empty, into)
            raise

    async def read(self, commit: str, path: str, *, limit: int = _READ_BYTES) -> bytes:
        """The bytes of a regular file in a commit, at most `limit` of them; raises FileNotInCommit."""
        pure = PurePosixPath(path)
        found = None
        if path and "\0" not in path and not pure.is_absolute() and ".." not in pure.parts:
            found = next((e for e in await self._entries(commit, str(pure)) if e.path == str(pure)), None)
        if found is None or not found.mode.startswith("100"):
            raise FileNotInCommit(f"commit {commit} has no regular file {path!r}")
        if found.size > limit:
            raise FileNotInCommit(f"file {path!r} in commit {commit} has {found.size} bytes, more than {limit}")
        return await self._git("cat-file", "blob", f"{commit}:{found.path}")

    async def files(self, commit: str) -> list[FileEntry]:
        """All files and links of a commit, sorted by path; submodules are left out."""
        return await self._entries(commit)

    async def _entries(self, commit: str, *paths: str) -> list[FileEntry]:
        target = await self._commit(commit)
        listed = await self._git("ls-tree", "-r", "-z", "--long", "--full-tree", target.sha, "--", *paths)
        entries = []
        for record in filter(None, listed.split(b"\0")):
            facts, _, path = record.partition(b"\t")
            mode, kind, _, size = facts.split()
            if kind == b"blob":
                entries.append(FileEntry(_text(path), mode.decode(), int(size)))
        return sorted(entries, key=lambda entry: entry.path)

    async def _commit(self, name: str) -> Commit:
        if not name.startswith("refs/") and _SHA.fullmatch(name) is None:
            raise CommitNotFound(f"{name!r} is not a full commit name (40 hexadecimal digits)")
        try:
            found = await self._git("rev-parse", f"{name}^{{commit}}", f"{name}^{{tree}}")
        except GitFailed as error:
            raise CommitNotFound(f"the workspace in {str(self.private.parent)!r} has no commit {name!r}") from error
        sha, tree = found.decode().split()
        return Commit(sha, tree)


def _check_links(root: Path) -> None:
    """Every link is followed to its end, links on the way too: the names alone can look harmless."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise UnsafeLink(
                f"the link {str(path.relative_to(root))!r} leads out of the tree, to "
                f"{str(path.readlink())!r}; remove it or make it point inside"
            )


def _text(path: bytes) -> str:
    return path.decode(errors="surrogateescape")
