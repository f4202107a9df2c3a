"""A look at a repository before anything is made of it."""

import re
import tempfile
from pathlib import Path

from baton.workshop._git import Git
from baton.workshop._origin import no_such_ref, unreadable
from baton.workshop.addresses import address_of, check_ref
from baton.workshop.errors import GitFailed

_COMMIT = re.compile(r"[0-9a-f]{4,64}")
_LOOK_SECONDS = 60


async def look(folder: Path, ref: str | None = None) -> None:
    """Raise unless a build can begin with the repository in ``folder``, at ``ref`` if one is given.

    Raises ValueError on a ref that is wrong by form, RepositoryNotFound, RepositoryUnreachable and RefNotFound.
    """
    if ref is not None:
        check_ref(ref)
    address = address_of(str(folder))
    with tempfile.TemporaryDirectory(prefix="baton-look-") as nowhere:
        elsewhere = Git(Path(nowhere, "none.git"), Path(nowhere), timeout_seconds=_LOOK_SECONDS)
        try:
            listed = await elsewhere("ls-remote", "--quiet", "--", address.url)
        except GitFailed as error:
            raise unreadable(address.shown, error) from error
    names = {line.partition("\t")[2] for line in listed.decode(errors="replace").splitlines()}
    if ref is None or {f"refs/heads/{ref}", f"refs/tags/{ref}"} & names:
        return
    if _COMMIT.fullmatch(ref) is None or not await _has(folder, ref):
        raise no_such_ref(address.shown, ref)


async def _has(folder: Path, commit: str) -> bool:
    own = folder / ".git"
    git = Git(own if own.is_dir() else folder, folder, timeout_seconds=_LOOK_SECONDS)
    try:
        await git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    except GitFailed:
        return False
    return True
