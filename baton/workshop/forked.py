"""Where a fork's first commit comes from: the build that it was forked from, whose repository is only read.

It is looked for in that build's workspace on this machine, then in the repository that machines share, then in the one
that the request names.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from baton.workshop import _origin
from baton.workshop._git import Git
from baton.workshop._history import is_full_name
from baton.workshop._origin import BASE, BRANCH, check_out, fetch_all, first_of, prepare
from baton.workshop._remote import Remote
from baton.workshop.addresses import check_ref
from baton.workshop.errors import CommitNotFound, GitFailed, RepositoryNotFound


@dataclass(frozen=True, slots=True)
class ForkedFrom:
    """The build that a fork comes from. ``commit`` is where the fork begins, ``base`` where that build began; without
    a commit it begins there, too."""

    build_id: str
    commit: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where commits of the origin may be. ``remote`` are its own references in the shared repository."""

    home: Path
    remote: Remote | None
    repo: str | None
    ref: str | None
    environment: Mapping[str, str]


Begin = Callable[[Git], Awaitable[None]]
"""Makes a git directory and its first commit, and checks that out."""


def beginning(
    root: Path,
    repo: str | None,
    ref: str | None,
    remote: str | None,
    environment: Mapping[str, str],
    shared: Remote | None,
    forked: ForkedFrom | None,
) -> Begin:
    """How a workspace below ``root`` begins: from ``repo`` at ``ref``, or from the build that it was ``forked`` from.

    ``remote`` is the address that machines share, and ``shared`` the build's own references there.
    """
    if forked is None:
        return partial(_origin.begin, repo=repo, ref=ref, fetch_env=environment, remote=shared)
    theirs = None if remote is None else Remote.of(remote, forked.build_id, environment)
    sources = Sources(root / forked.build_id, theirs, repo, ref, environment)
    return partial(begin_forked, origin=forked, sources=sources, remote=shared)


async def begin_forked(git: Git, origin: ForkedFrom, sources: Sources, remote: Remote | None) -> None:
    """Make the git directory with the origin's commits, and check out the one that the fork begins with.

    ``remote`` are the fork's own references, which are made. Raises CommitNotFound when nobody has the commit, and as
    :func:`baton.workshop._origin.begin`.
    """
    if sources.ref is not None:
        check_ref(sources.ref)
    await prepare(git)
    base = origin.base or await _base_of(git, sources)
    commit = origin.commit or base
    if commit is None:
        commit = base = await first_of(git, sources.repo, sources.ref, sources.environment)
    await _bring(git, commit, origin, sources)
    if base is None:
        base = commit
    elif base != commit:
        try:
            await _bring(git, base, origin, sources)
        except CommitNotFound:
            base = commit
    if remote is not None:
        base = await remote.pin(git, base)
        await remote.hand_over(git, base, commit, None)
    await git("update-ref", BASE, base)
    await git("update-ref", BRANCH, commit)
    await check_out(git, commit)


async def _bring(git: Git, commit: str, origin: ForkedFrom, sources: Sources) -> None:
    """Bring ``commit`` here with all that it came from. Raises CommitNotFound when it is nowhere."""
    looked = [f"the workspace {str(sources.home)!r}"]
    if is_full_name(commit):
        if await _has(git, commit) or await _from_workspace(git, commit, sources.home):
            return
        if sources.remote is not None:
            looked.append(f"the shared repository {sources.remote.address.shown!r}")
            with suppress(CommitNotFound):
                await sources.remote.fetch(git, commit)
                return
        if sources.repo is not None:
            looked.append("the repository of the request")
            with suppress(RepositoryNotFound):
                await fetch_all(git, sources.repo, sources.environment)
            if await _has(git, commit):
                return
    raise CommitNotFound(
        f"the commit {commit!r} of build {origin.build_id!r} is gone: it is not in {', nor in '.join(looked)}. Bring "
        "the workspace or the shared repository back, or fork from a phase that began with a commit that is there"
    )


async def _base_of(git: Git, sources: Sources) -> str | None:
    """The commit that the origin began with, if its workspace or the shared repository says it."""
    own = _own(sources.home)
    if own.directory.is_dir():
        with suppress(GitFailed):
            return (await own("rev-parse", "--verify", "--quiet", BASE)).decode().strip()
    return None if sources.remote is None else await sources.remote.base(git)


async def _from_workspace(git: Git, commit: str, home: Path) -> bool:
    if not await _has(_own(home), commit):
        return False
    options = ("--quiet", "--no-write-fetch-head", "--no-tags", "--recurse-submodules=no")
    await git("fetch", *options, "--", str(home / "repo.git"), f"+{commit}:refs/baton/commits/{commit}")
    return True


def _own(home: Path) -> Git:
    return Git(home / "repo.git", home / "tree")


async def _has(git: Git, commit: str) -> bool:
    if not git.directory.is_dir():
        return False
    try:
        await git("cat-file", "-e", f"{commit}^{{commit}}")
    except GitFailed:
        return False
    return True
