"""Where a workspace's first commit comes from: a repository to fetch, or nothing at all."""

import asyncio
import re
from collections.abc import Mapping

from baton.workshop._git import ATTRIBUTES, EXCLUDES, Git
from baton.workshop._remote import Remote
from baton.workshop._tidy import check_shape
from baton.workshop.addresses import address_of, check_ref
from baton.workshop.errors import GitFailed, RefNotFound, RepositoryNotFound, RepositoryUnreachable

BRANCH = "refs/heads/build"
BASE = "refs/baton/base"
_REMOTE_HEAD = "refs/baton/remote-head"
BATON = {
    "GIT_AUTHOR_NAME": "Baton",
    "GIT_AUTHOR_EMAIL": "baton@localhost",
    "GIT_COMMITTER_NAME": "Baton",
    "GIT_COMMITTER_EMAIL": "baton@localhost",
}
EPOCH = {"GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
_ABSENT = (
    "does not appear to be a git repository",
    "not a git repository",
    "invalid gitfile format",
    "not found",
    "does not exist",
    "no such device",
    "error: 404",
)


async def begin(
    git: Git, repo: str | None, ref: str | None, fetch_env: Mapping[str, str], remote: Remote | None = None
) -> None:
    """Make the git directory and its first commit, and check that commit out.

    Without `repo`, or when it has no commit yet: an empty commit, the same bytes every time. With `repo`:
    its branches and tags, at `ref` (branch, tag or full commit) or else at its HEAD; no submodules.
    With `remote`: the commit with which another machine has begun, or else as above, and pinned there.
    Raises TreeUnfit when the tree of that commit is too deep to be worked with.
    """
    if ref is not None:
        check_ref(ref)
    await prepare(git)
    start = await remote.base(git) if remote is not None else None
    if start is None:
        start = await first_of(git, repo, ref, fetch_env)
        if remote is not None:
            start = await remote.pin(git, start)
    for name in (BASE, BRANCH):
        await git("update-ref", name, start)
    await check_out(git, start)


async def prepare(git: Git) -> None:
    """Make the git directory, with nothing in it."""
    await git("init", "--quiet", "--template=", "--initial-branch=build")
    # It names the folder in which the workspace is being made; every later call names the real one.
    await git("config", "--unset", "core.worktree")
    info = git.directory / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(ATTRIBUTES, encoding="utf-8")
    (info / "exclude").write_text(EXCLUDES, encoding="utf-8")


async def first_of(git: Git, repo: str | None, ref: str | None, fetch_env: Mapping[str, str]) -> str:
    """The commit to begin with that `repo` has at `ref`; without a repository, or a commit in it, an empty one."""
    start = await _fetched(git, repo, ref, fetch_env) if repo is not None else None
    if start is not None:
        return start
    tree = (await git("write-tree")).decode().strip()
    return (await git("commit-tree", tree, "-m", "Begin", env={**BATON, **EPOCH})).decode().strip()


async def check_out(git: Git, commit: str) -> None:
    """Fill the empty tree with `commit`. Raises TreeUnfit when it is too deep to be worked with."""
    await git("read-tree", commit)
    await git("checkout-index", "--all", "--force")
    await asyncio.to_thread(check_shape, git.tree)


async def fetch_all(git: Git, repo: str, fetch_env: Mapping[str, str]) -> bool:
    """Fetch the branches and tags of `repo`; whether there is a commit in it. Raises as :func:`begin`."""
    address = address_of(repo)
    env, shown = {**fetch_env, **address.environment}, address.shown
    try:
        # A repository without commits has no HEAD, and to fetch what is not there is an error.
        empty = not (await git("ls-remote", "--", address.url, "HEAD", env=env)).strip()
        await git(
            *("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--recurse-submodules=no"),
            *("--", address.url, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"),
            *(() if empty else (f"+HEAD:{_REMOTE_HEAD}",)),
            env=env,
        )
    except GitFailed as error:
        raise unreadable(shown, error) from error
    return not empty


async def _fetched(git: Git, repo: str, ref: str | None, fetch_env: Mapping[str, str]) -> str | None:
    if not await fetch_all(git, repo, fetch_env) and ref is None:
        return None
    for name in (f"refs/remotes/origin/{ref}", f"refs/tags/{ref}", ref) if ref else (_REMOTE_HEAD,):
        try:
            found = await git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitFailed:
            continue
        return found.decode().strip()
    raise no_such_ref(address_of(repo).shown, ref)


def author_of(author: str) -> dict[str, str]:
    """The environment in which git takes `author`, "Name" or "Name <email>", for who made a commit."""
    name, _, email = author.partition("<")
    name = re.sub(r"[\x00-\x1f<>]", " ", name).strip() or "Baton"
    email = re.sub(r"[\x00-\x1f<>\s]", "", email) or f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}@localhost"
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}


def unreadable(shown: str, error: GitFailed) -> RepositoryNotFound | RepositoryUnreachable:
    """Why the repository `shown` could not be read: it is not there, or not for now."""
    text = str(error)
    if "dubious ownership" in text:
        return RepositoryNotFound(
            f"git does not read {shown!r}: it belongs to another user than the worker's. "
            "Change its owner, or name it by an https or ssh address"
        )
    if any(sign in text.lower() for sign in _ABSENT):
        return RepositoryNotFound(f"no git repository could be read at {shown!r}: {text}")
    return RepositoryUnreachable(f"the repository {shown!r} could not be reached: {text}")


def no_such_ref(shown: str, ref: str | None) -> RefNotFound:
    """The repository has no `ref`."""
    return RefNotFound(f"the repository {shown!r} has no branch, tag or commit {ref!r}")
