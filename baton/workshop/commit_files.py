"""The files of a commit, fetched from a repository that nobody has to believe."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from baton.workshop.archive import describe
from baton.workshop.errors import CommitNotFound, RefNotFound
from baton.workshop.manifest import ManifestFile
from baton.workshop.workspace import Commit, Workspaces


@dataclass(frozen=True, slots=True)
class CommitFiles:
    """A commit, and of each of its files what a manifest of them would say."""

    commit: Commit
    files: dict[str, ManifestFile]


async def files_of_commit(repo: str, commit: str) -> CommitFiles:
    """Read ``commit`` (its full name) from the repository ``repo`` (a path or an address), which is not changed.

    By a fetch: git then computes the name of every object from its content, so an object that was altered where it
    lies is not taken. Raises CommitNotFound, RepositoryNotFound, RepositoryUnreachable (of a damaged repository, too),
    ArchiveRefused (a file that no archive may hold) and GitFailed.
    """
    with tempfile.TemporaryDirectory(prefix="baton-commit-") as folder:
        try:
            workspace = await Workspaces(Path(folder)).open("commit", repo=repo, ref=commit)
        except RefNotFound as error:
            raise CommitNotFound(f"the repository {repo!r} has no commit {commit}") from error
        found = await workspace.head()
        if found.sha != commit:  # a branch or tag may be called like a commit
            raise CommitNotFound(f"the repository {repo!r} calls commit {found.sha} by the name {commit}")
        return CommitFiles(found, await asyncio.to_thread(describe, workspace.tree))
