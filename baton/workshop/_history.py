"""A build's commits, to look at: nothing here writes the tree or takes the lock."""

import asyncio
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from baton.workshop._git import Git
from baton.workshop._origin import BASE, BRANCH
from baton.workshop.errors import CommitNotFound, FileNotInCommit, GitFailed, UnsafeLink
from baton.workshop.removal import empty

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_READ_BYTES = 16 * 1024 * 1024
_TOGETHER_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and the tree it holds, both as full hexadecimal object names."""

    sha: str
    tree: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry of a commit: path with slashes, mode (100644, 100755, 120000), size in bytes, name of the blob."""

    path: str
    mode: str
    size: int
    blob: str

    @property
    def regular(self) -> bool:
        """Whether it is a file, and no link."""
        return self.mode.startswith("100")


class History:
    """What can be asked of a build's commits. A commit is named by its full hexadecimal name."""

    def __init__(self, git: Git, private: Path) -> None:
        self._git = git
        self.private = private

    async def head(self) -> Commit:
        """The build's latest commit."""
        return await self._commit(BRANCH)

    async def first_commit(self) -> str:
        """The name of the commit that the build began with."""
        try:
            return (await self._commit(BASE)).sha
        except CommitNotFound:
            # A workspace that an earlier version made: there the name stands in a file, once a phase has begun.
            file = self.private / "first-commit"
            first = file.read_text(encoding="ascii") if file.exists() else (await self.head()).sha
            await self._git("update-ref", BASE, first)
            return first

    async def changed_files(self, since: str) -> list[str]:
        """The paths that differ between the commit `since` and the head, sorted."""
        old, new = await self._commit(since), await self.head()
        listed = await self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old.sha, new.sha)
        return sorted(_text(path) for path in listed.split(b"\0") if path)

    async def diff(self, since: str, *, limit: int) -> str:
        """The patch from `since` to the head; over `limit` bytes it loses its middle, and says so."""
        return await self.patch(since, (await self.head()).sha, limit=limit)

    async def patch(self, old: str, new: str, *, limit: int) -> str:
        """The patch from the commit `old` to `new`; over `limit` bytes it loses its middle, and says so."""
        before, after = await self._commit(old), await self._commit(new)
        command = ("diff-tree", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-color")
        patch = await self._git(*command, before.sha, after.sha, keep=limit)
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
        if found is None or not found.regular:
            raise FileNotInCommit(f"commit {commit} has no regular file {path!r}")
        if found.size > limit:
            raise FileNotInCommit(f"file {path!r} in commit {commit} has {found.size} bytes, more than {limit}")
        return await self._git("cat-file", "blob", f"{commit}:{found.path}")

    async def files(self, commit: str) -> list[FileEntry]:
        """All files and links of a commit, sorted by path; submodules are left out."""
        return await self._entries(commit)

    async def contents(self, entries: Iterable[FileEntry]) -> dict[str, bytes]:
        """The bytes of these entries by path, read by one git. Together they may have at most 32 MiB."""
        wanted = list(entries)
        if sum(entry.size for entry in wanted) > _TOGETHER_BYTES:
            raise ValueError(f"{len(wanted)} files have more than {_TOGETHER_BYTES} bytes together")
        if not wanted:
            return {}
        names = "".join(f"{entry.blob}\n" for entry in wanted).encode()
        answer = await self._git("cat-file", "--batch", stdin=names)
        found, at = dict[str, bytes](), 0
        for entry in wanted:
            begin = answer.index(b"\n", at) + 1  # after the line that tells name, kind and size
            found[entry.path] = answer[begin : begin + entry.size]
            at = begin + entry.size + 1
        return found

    async def steps(self, since: str, until: str, *, most: int = 20) -> list[Commit]:
        """The commits after `since` up to `until` in which a phase of the build ended, newest first.

        They are told by what Baton writes at the end of their message; commits that people made are left out.
        """
        first, last = await self._commit(since), await self._commit(until)
        listed = await self._git(
            *("log", "--first-parent", f"--max-count={most}", "--grep=^Phase-run: [0-9]", "--format=%H %T"),
            f"{first.sha}..{last.sha}",
        )
        return [Commit(*line.split()) for line in listed.decode().splitlines()]

    async def _entries(self, commit: str, *paths: str) -> list[FileEntry]:
        target = await self._commit(commit)
        listed = await self._git("ls-tree", "-r", "-z", "--long", "--full-tree", target.sha, "--", *paths)
        entries = []
        for record in filter(None, listed.split(b"\0")):
            facts, _, path = record.partition(b"\t")
            mode, kind, blob, size = facts.split()
            if kind == b"blob":
                entries.append(FileEntry(_text(path), mode.decode(), int(size), blob.decode()))
        return sorted(entries, key=lambda entry: entry.path)

    async def _commit(self, name: str) -> Commit:
        if not name.startswith("refs/") and not is_full_name(name):
            raise CommitNotFound(f"{name!r} is not a full commit name (40 hexadecimal digits)")
        try:
            found = await self._git("rev-parse", f"{name}^{{commit}}", f"{name}^{{tree}}")
        except GitFailed as error:
            raise CommitNotFound(f"the workspace in {str(self.private.parent)!r} has no commit {name!r}") from error
        sha, tree = found.decode().split()
        return Commit(sha, tree)


def is_full_name(name: str) -> bool:
    """Whether `name` has the form of a commit's full name."""
    return _SHA.fullmatch(name) is not None


def _check_links(root: Path) -> None:
    """Every link is followed to its end, links on the way too: the names alone can look harmless."""
    for path in sorted(root.rglob("*")):
        if not path.is_symlink():
            continue
        try:
            inside = path.resolve().is_relative_to(root)
        except (OSError, RuntimeError) as error:  # what a circle is depends on the version of Python
            raise UnsafeLink(
                f"the link {str(path.relative_to(root))!r} cannot be followed, to {str(path.readlink())!r}; does it "
                "lead in a circle? Remove it"
            ) from error
        if not inside:
            raise UnsafeLink(
                f"the link {str(path.relative_to(root))!r} leads out of the tree, to "
                f"{str(path.readlink())!r}; remove it or make it point inside"
            )


def _text(path: bytes) -> str:
    return path.decode(errors="surrogateescape")
