"""Where a workspace's first commit comes from: a repository to fetch, or nothing at all."""

import re
from collections.abc import Mapping
from pathlib import Path

from baton.workshop._git import ATTRIBUTES, EXCLUDES, Git, without_credentials
from baton.workshop.errors import GitFailed, RefNotFound, RepositoryNotFound, RepositoryUnreachable

BRANCH = "refs/heads/build"
_REMOTE_HEAD = "refs/baton/remote-head"
BATON = {
    "GIT_AUTHOR_NAME": "Baton",
    "GIT_AUTHOR_EMAIL": "baton@localhost",
    "GIT_COMMITTER_NAME": "Baton",
    "GIT_COMMITTER_EMAIL": "baton@localhost",
}
EPOCH = {"GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
_URL = re.compile(r"(?:https?|ssh|git|file)://[^\s]+", re.IGNORECASE)
_SCP = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:[^:\s][^\s]*")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}")
_ABSENT = (
    "does not appear to be a git repository",
    "not found",
    "does not exist",
    "no such device",
    "error: 404",
)


async def begin(git: Git, repo: str | None, ref: str | None, fetch_env: Mapping[str, str]) -> None:
    """Make the git directory and its first commit, and check that commit out.

    Without `repo`, or when it has no commit yet: an empty commit, the same bytes every time. With `repo`:
    its branches and tags, at `ref` (branch, tag or full commit) or else at its HEAD; no submodules.
    """
    if ref is not None and (_REF.fullmatch(ref) is None or ".." in ref):
        raise ValueError(f"ref {ref!r} is not the name of a branch or tag, nor a commit")
    await git("init", "--quiet", "--template=", "--initial-branch=build")
    # It names the folder in which the workspace is being made; every later call names the real one.
    await git("config", "--unset", "core.worktree")
    info = git.directory / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(ATTRIBUTES, encoding="utf-8")
    (info / "exclude").write_text(EXCLUDES, encoding="utf-8")
    start = await _fetched(git, repo, ref, fetch_env) if repo is not None else None
    if start is None:
        tree = (await git("write-tree")).decode().strip()
        start = (await git("commit-tree", tree, "-m", "Begin", env={**BATON, **EPOCH})).decode().strip()
    await git("update-ref", BRANCH, start)
    await git("read-tree", start)
    await git("checkout-index", "--all", "--force")


async def _fetched(git: Git, repo: str, ref: str | None, env: Mapping[str, str]) -> str | None:
    shown = without_credentials(repo)
    address = _address(repo)
    try:
        # A repository without commits has no HEAD, and to fetch what is not there is an error.
        empty = not (await git("ls-remote", "--", address, "HEAD", env=env)).strip()
        await git(
            *("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--recurse-submodules=no"),
            *("--", address, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"),
            *(() if empty else (f"+HEAD:{_REMOTE_HEAD}",)),
            env=env,
        )
    except GitFailed as error:
        text = str(error)
        if "dubious ownership" in text:
            raise RepositoryNotFound(
                f"git does not read {shown!r}: it belongs to another user than the worker's. "
                "Change its owner, or name it by an https or ssh address"
            ) from error
        if any(sign in text.lower() for sign in _ABSENT):
            raise RepositoryNotFound(f"no git repository could be read at {shown!r}: {text}") from error
        raise RepositoryUnreachable(f"the repository {shown!r} could not be reached: {text}") from error
    if ref is None and empty:
        return None
    for name in (f"refs/remotes/origin/{ref}", f"refs/tags/{ref}", ref) if ref else (_REMOTE_HEAD,):
        try:
            found = await git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitFailed:
            continue
        return found.decode().strip()
    raise RefNotFound(f"the repository {shown!r} has no branch, tag or commit {ref!r}")


def _address(repo: str) -> str:
    """The address as git shall see it: an URL of a transport that is allowed, or an absolute path."""
    if repo.startswith("-") or "\0" in repo or "::" in repo:
        raise ValueError(f"repository {without_credentials(repo)!r} is neither a path nor an address")
    if _URL.fullmatch(repo):
        return repo
    if "://" in repo:
        raise ValueError(f"repository {without_credentials(repo)!r}: use a path, or a file, https, ssh or git address")
    path = Path(repo).expanduser().absolute()
    if path.exists():
        return str(path)
    if _SCP.fullmatch(repo):
        return repo
    raise RepositoryNotFound(f"there is no git repository at {repo!r}: the path does not exist")
