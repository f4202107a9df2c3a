"""Commit: the files of the archive are those of the commit that its manifest names."""

from pathlib import Path

from baton.workshop.commit_files import files_of_commit
from baton.workshop.errors import WorkshopError
from baton.workshop.manifest import Manifest, ManifestFile
from gateway.release_check.links import Broken, counted

_GIVE = "give a repository that has the commit: --repo PATH"


async def check_commit(manifest: Manifest, repo: str | None, workspaces: Path, build_id: str | None) -> str:
    """That ``repo``, or else the workspace of the build, has the commit with exactly these files."""
    if repo is None:
        if build_id is None:
            raise Broken(f"it is not known which build has commit {manifest.commit[:12]}", _GIVE)
        workspace = workspaces / build_id / "repo.git"
        if not workspace.is_dir():
            raise Broken(f"the workspace of build {build_id!r} is not here", _GIVE)
        repo = str(workspace)
    try:
        found = await files_of_commit(repo, manifest.commit)
    except (WorkshopError, ValueError, OSError) as error:
        raise Broken(f"commit {manifest.commit[:12]} cannot be read: {error}", _GIVE) from error
    if found.commit.tree != manifest.tree:
        raise Broken(
            f"commit {manifest.commit[:12]} has the tree {found.commit.tree}; the manifest says {manifest.tree}"
        )
    for path in sorted({*found.files, *manifest.files}):
        _compare(path, found.files.get(path), manifest.files.get(path), manifest.commit[:12])
    return f"{manifest.commit}: the same {counted(len(found.files), 'file')}, tree {manifest.tree[:12]}"


def _compare(path: str, committed: ManifestFile | None, packed: ManifestFile | None, commit: str) -> None:
    if committed is None:
        raise Broken(f"the file {path!r} is in the archive and not in commit {commit}")
    if packed is None:
        raise Broken(f"the file {path!r} of commit {commit} is missing from the archive")
    if committed != packed:
        raise Broken(f"the file {path!r} is another one in commit {commit}: {committed} instead of {packed}")
