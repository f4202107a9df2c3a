"""A git workspace per build: what a phase did is a commit, and a rollback goes back to one.

    <root>/<build_id>/repo.git   Baton's git directory; roles do not write here
    <root>/<build_id>/tree       what the roles see and write
    <root>/<build_id>/private    scratch outside the tree: reports, logs, exports
    <root>/.locks/<build_id>     the lock, given back by the kernel when its holder dies

Killed at any point, the next `open` and `restore` work again: a workspace appears by one rename, a commit by
one reference update, and what lies between is overwritten.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from baton.workshop import _origin, _submodules
from baton.workshop._git import Git
from baton.workshop._history import Commit, FileEntry, History, is_full_name
from baton.workshop._lock import file_lock
from baton.workshop._remote import Remote, component
from baton.workshop._tidy import tidy
from baton.workshop.errors import CommitNotFound, GitFailed, TagTaken, WorkspaceError
from baton.workshop.forked import Begin, ForkedFrom, beginning
from baton.workshop.removal import empty, remove

__all__ = ["Commit", "FileEntry", "ForkedFrom", "Workspace", "Workspaces"]

_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Workspaces:
    """The workspaces of all builds under `root`.

    `lock_seconds` is how long an operation waits for a workspace that is in use. `fetch_environment` is
    given to git when it fetches or pushes, and only then (SSH_AUTH_SOCK, proxies).
    """

    root: Path
    lock_seconds: float = 30
    fetch_environment: Mapping[str, str] = field(default_factory=dict)

    async def open(
        self,
        build_id: str,
        *,
        repo: str | None = None,
        ref: str | None = None,
        remote: str | None = None,
        forked: ForkedFrom | None = None,
    ) -> "Workspace":
        """The workspace of a build, made on first use from `repo` at `ref`; later calls do not look at these.
        That of a fork is made from the build that it was `forked` from; CommitNotFound when that has lost its commit.

        With `remote`, the address of a repository that machines share, all of them begin with the same commit,
        and it is asked at each call whether it lets this machine push: better now than after an hour of work.

        Raises ValueError on a build_id, repo, ref or remote that is wrong by form, RepositoryNotFound,
        RepositoryUnreachable (retry), RefNotFound, TreeUnfit, RemoteUnreachable (retry), RemoteRefused,
        WorkspaceBusy (retry) and GitFailed.
        """
        if _BUILD_ID.fullmatch(build_id) is None:
            raise ValueError(f"build_id {build_id[:120]!r} must match {_BUILD_ID.pattern}")
        root = self.root.resolve()
        home, lock = root / build_id, root / ".locks" / build_id
        shared = None if remote is None else Remote.of(remote, build_id, self.fetch_environment)
        begin = beginning(root, repo, ref, remote, self.fetch_environment, shared, forked)
        if not home.exists():
            async with file_lock(lock, wait_seconds=self.lock_seconds):
                if not home.exists():
                    await self._make(home, begin)
        workspace = Workspace(home, lock, self.lock_seconds, shared)
        if shared is not None:
            await shared.admit(workspace._git, await workspace.first_commit())
        return workspace

    async def _make(self, home: Path, begin: Begin) -> None:
        # A dot in front: no build_id begins with one. We hold the lock, so leftovers are from the dead.
        prefix = f".new-{home.name}~"
        for leftover in home.parent.glob(f"{prefix}*"):
            await asyncio.to_thread(remove, leftover)
        draft = Path(tempfile.mkdtemp(prefix=prefix, dir=home.parent))
        try:
            for name in ("tree", "private"):
                (draft / name).mkdir()
            await begin(Git(draft / "repo.git", draft / "tree"))
            draft.rename(home)
        finally:
            with suppress(OSError):  # the next one to make this workspace removes it
                remove(draft)


class Workspace(History):
    """One build's workspace. Operations that write hold its lock; `exclusive` holds it for longer."""

    def __init__(self, home: Path, lock: Path, lock_seconds: float, remote: Remote | None = None) -> None:
        self.tree = home / "tree"
        self.release_tag = f"baton/{component(home.name)}"
        super().__init__(Git(home / "repo.git", self.tree), home / "private")
        self._remote = remote
        self._lock = lock
        self._lock_seconds = lock_seconds
        self._held: int | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Keep all other activities, of this process or another, out of the workspace.

        Raises WorkspaceBusy when it stays in use for the time that is allowed for waiting.
        """
        async with file_lock(self._lock, wait_seconds=self._lock_seconds) as descriptor:
            self._held = descriptor
            try:
                yield
            finally:
                self._held = None

    async def commit(self, message: str, *, author: str) -> Commit:
        """Commit all that changed in the tree, new and deleted files too; the head as it is when nothing did.

        `author` is "Name" or "Name <email>". The tree's own .gitignore files are obeyed, and Python's caches
        are left out. Every `.git` found in the tree is removed: its files are committed as plain files, and so are
        files in the place of a submodule. Pipes, sockets and devices are removed. Raises TreeUnfit.
        """
        async with self._writing() as lock:
            head = await self.head()
            tree = await self._written(lock)
            if tree == head.tree:
                return head
            sha = await self._git(
                "commit-tree", tree, "-p", head.sha, "-F", "-",
                stdin=(message.replace("\0", "").strip() or "No message").encode(),
                env={**_origin.BATON, **_origin.author_of(author)}, lock=lock,
            )  # fmt: skip
            new = Commit(sha.decode().strip(), tree)
            await self._git("update-ref", _origin.BRANCH, new.sha, head.sha, lock=lock)
            return new

    async def restore(self, commit: str) -> None:
        """Make the tree, and the head, equal to `commit` exactly: all else in the tree is removed.

        A commit that another machine made is fetched from the remote; RemoteUnreachable is worth a retry.
        """
        async with self._writing() as lock:
            try:
                target = await self._commit(commit)
            except CommitNotFound:
                if self._remote is None or not is_full_name(commit):
                    raise
                await self._remote.fetch(self._git, commit, lock=lock)
                target = await self._commit(commit)
            await self._check_out(target, lock)
            await self._git("update-ref", _origin.BRANCH, target.sha, lock=lock)

    async def snapshot(self) -> str:
        """Keep the tree as it is now: a commit on top of the head, which stays where it is. Returns its name.

        What `commit` would leave out is left out here too.
        """
        async with self._writing() as lock:
            head = await self.head()
            with self._index() as env:
                await self._git("read-tree", head.sha, env=env, lock=lock)
                tree = await self._written(lock, env)
            sha = await self._git(
                "commit-tree", tree, "-p", head.sha, "-m", "Snapshot", env={**_origin.BATON, **_origin.EPOCH}, lock=lock
            )
            return sha.decode().strip()

    async def bring_back(self, snapshot: str) -> None:
        """Make the tree equal to ``snapshot``; the head stays where it is, so that a commit holds the difference."""
        async with self._writing() as lock:
            target = await self._commit(snapshot)
            await self._check_out(target, lock)

    async def tag(self, name: str, commit: str, message: str) -> None:
        """Put an annotated tag on a commit; done already is done. Raises TagTaken if it is on another."""
        if name.startswith("-"):
            raise ValueError(f"tag {name!r} must not begin with a dash")
        async with self._writing() as lock:
            target = await self._commit(commit)
            try:
                await self._git("check-ref-format", f"refs/tags/{name}")
            except GitFailed as error:
                raise ValueError(f"{name!r} cannot be the name of a tag") from error
            try:
                taken = await self._commit(f"refs/tags/{name}")
            except CommitNotFound:
                await self._git(
                    "tag", "--annotate", "--file=-", "--", name, target.sha,
                    stdin=message.replace("\0", "").encode() or b"-", env=_origin.BATON, lock=lock,
                )  # fmt: skip
                return
            if taken != target:
                raise TagTaken(f"tag {name!r} is on commit {taken.sha}, not on {target.sha}; choose another name")

    async def give_up_release(self) -> None:
        """Remove the release's tag, here and on the remote; where there is none, that is no error.

        Raises RemoteUnreachable (retry) and RemoteRefused.
        """
        async with self._writing() as lock:
            await self._git("update-ref", "-d", f"refs/tags/{self.release_tag}", lock=lock)
        if self._remote is not None:
            await self._remote.give_up_release(self._git)

    async def hand_over(self) -> None:
        """Push the head, and the release's tag where it is on it, so that every machine can go on from here.

        Nothing without a remote, or when it has them. Raises RemoteUnreachable (retry) and RemoteRefused.
        """
        if self._remote is None:
            return
        head, release = (await self.head()).sha, f"refs/tags/{self.release_tag}"
        try:
            released = (await self._commit(release)).sha == head
        except CommitNotFound:
            released = False
        await self._remote.hand_over(self._git, await self.first_commit(), head, release if released else None)

    async def _written(self, lock: int, env: Mapping[str, str] | None = None) -> str:
        """The tree as it is now, as an object of git's: its name."""
        if self.tree.is_symlink() or not self.tree.is_dir():
            raise WorkspaceError(f"the tree {str(self.tree)!r} is gone; restore a commit to bring it back")
        await asyncio.to_thread(tidy, self.tree)
        await _submodules.release(self._git, self.tree, env=env, lock=lock)
        await self._git("add", "--all", env=env, lock=lock)
        return (await self._git("write-tree", env=env, lock=lock)).decode().strip()

    async def _check_out(self, target: Commit, lock: int) -> None:
        if self.tree.is_symlink() or not self.tree.is_dir():
            self.tree.unlink(missing_ok=True)
            self.tree.mkdir()
        await asyncio.to_thread(empty, self.tree)
        await self._git("read-tree", target.sha, lock=lock)
        await self._git("checkout-index", "--all", "--force", lock=lock)

    @contextmanager
    def _index(self) -> Iterator[dict[str, str]]:
        """An index of its own, so that the one of the tree stays as it is."""
        self.private.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.private, prefix="index-") as scratch:
            yield {"GIT_INDEX_FILE": str(Path(scratch, "index"))}

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[int]:
        async with self._turn:
            if self._held is not None:
                self._unlock_index()
                yield self._held
                return
            async with file_lock(self._lock, wait_seconds=self._lock_seconds) as descriptor:
                self._unlock_index()
                yield descriptor

    def _unlock_index(self) -> None:
        """Remove git's own locks left by a killed git: we hold the lock that every git here inherits."""
        git = self._git.directory
        for lock in (*git.glob("*.lock"), *(git / "refs").rglob("*.lock")):
            lock.unlink()
