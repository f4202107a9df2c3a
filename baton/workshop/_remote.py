"""The repository by which machines hand a build to each other.

    refs/baton/<build>/base              the commit that the build began with, pinned by whoever was first
    refs/baton/<build>/commits/<commit>  every commit that was handed over, each under its own name
    refs/baton/<build>/release           the tag of the release

References are only ever made, never moved: a push that is repeated finds its work done, two machines cannot
overwrite each other, and a rollback finds the commit that it goes back to. The release's alone is removed, when that
release was given up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from baton.workshop._git import Git
from baton.workshop.addresses import Address, address_of
from baton.workshop.errors import CommitNotFound, GitFailed, RemoteRefused, RemoteUnreachable, RepositoryNotFound

_ROUNDS = 3
_LOST_RACE = re.compile(r"stale info|failed to update ref|cannot lock ref|reference already exists|incorrect old value")
_UNKNOWN = re.compile(r"not our ref|unadvertised object|couldn't find remote ref")
_SHUT = re.compile(
    r"permission denied|access denied|authentication failed|unauthorized|forbidden|could not read (?:username|password)"
    r"|returned error: 40[134]|host key verification failed|service not enabled|does not appear to be a git repository"
    r"|repository\b[^/]*\bnot found|repository '[^']*' not found|no such (?:repository|project)|not exported"
    r"|dubious ownership|transport '[^']*' not allowed|hook declined|insufficient permission|read-only file system"
    r"|\[remote rejected\](?!.*\((?:unpacker error|failed to update ref))"
)


@dataclass(frozen=True, slots=True)
class Remote:
    """One build's references in the shared repository. ``environment`` is what git gets to reach it.

    Everything here raises RemoteUnreachable (worth a retry) and RemoteRefused (somebody has to mend it).
    """

    address: Address
    folder: str
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, address: str, build_id: str, environment: Mapping[str, str]) -> "Remote":
        """The references of ``build_id`` at ``address``. Raises ValueError for what is no address."""
        try:
            found = address_of(address)
        except RepositoryNotFound as error:
            raise RemoteRefused(f"{error}. Make it, with: git init --bare {address!r}") from error
        return cls(found, f"refs/baton/{component(build_id)}", {**environment, **found.environment})

    async def admit(self, git: Git, commit: str) -> None:
        """Ask whether the remote would take ``commit`` from us. Nothing is sent."""
        try:
            await self._run(
                git, "push", "--dry-run", "--quiet", "--no-verify", "--", f"{commit}:{self._commit(commit)}"
            )
        except GitFailed as error:
            raise self._why(error) from error

    async def base(self, git: Git) -> str | None:
        """The commit that the build began with, fetched; ``None`` before anybody has pinned one."""
        pinned = (await self._listed(git)).get(f"{self.folder}/base")
        if pinned is not None:
            try:
                await self._fetch(git, f"{self.folder}/base", pinned)
            except GitFailed as error:
                raise self._why(error) from error
        return pinned

    async def pin(self, git: Git, commit: str) -> str:
        """Make ``commit`` the one that the build began with, unless another machine was first: then theirs."""
        await self._make(git, {f"{self.folder}/base": commit})
        return await self.base(git) or commit

    async def fetch(self, git: Git, commit: str, *, lock: int | None = None) -> None:
        """Bring ``commit`` here with all that it came from. Raises CommitNotFound when the remote does not have it."""
        names = [name for name, at in (await self._listed(git)).items() if at == commit]
        try:
            await self._fetch(git, names[0] if names else commit, commit, lock=lock)
        except GitFailed as error:
            if _UNKNOWN.search(str(error)) is None:
                raise self._why(error) from error
            raise CommitNotFound(
                f"neither this machine nor the remote {self.address.shown!r} has the commit {commit}. Whoever has it "
                f"pushes it: git push {self.address.shown} {commit}:{self._commit(commit)}"
            ) from error

    async def hand_over(self, git: Git, base: str, commit: str, release: str | None) -> None:
        """Push ``commit``, the ``base`` where it is missing, and the tag ``release`` if it is on ``commit``.

        What is there already is not pushed again. Raises RemoteRefused when another commit has been released.
        """
        wanted = {f"{self.folder}/base": base, self._commit(commit): commit}
        if release is not None:
            wanted[f"{self.folder}/release"] = release
        there = await self._make(git, wanted)
        released = there.get(f"{self.folder}/release")
        if release is not None and released not in (None, commit):
            raise RemoteRefused(
                f"the remote {self.address.shown!r} has a release of this build already, of commit {released}, not of "
                f"{commit}. If that one was given up, remove it: "
                f"git push {self.address.shown} :{self.folder}/release"
            )

    async def give_up_release(self, git: Git) -> None:
        """Remove the tag of the release, where there is one."""
        name = f"{self.folder}/release"
        if name not in await self._listed(git):
            return
        try:
            await self._run(git, "push", "--quiet", "--no-verify", "--", f":{name}")
        except GitFailed as error:
            raise self._why(error) from error

    async def _make(self, git: Git, wanted: Mapping[str, str]) -> dict[str, str]:
        """Make those references that are missing; returns what was there before."""
        for _ in range(_ROUNDS):
            there = await self._listed(git)
            missing = {name: what for name, what in wanted.items() if name not in there}
            if not missing:
                return there
            # An empty expectation: the server makes the reference, or refuses because somebody else has.
            leases = [f"--force-with-lease={name}:" for name in missing]
            pushed = [f"{what}:{name}" for name, what in missing.items()]
            try:
                await self._run(git, "push", "--quiet", "--no-verify", *leases, "--", *pushed)
            except GitFailed as error:
                if _LOST_RACE.search(str(error)) is None:
                    raise self._why(error) from error
            else:
                return there
        raise RemoteUnreachable(f"the remote {self.address.shown!r} did not take {', '.join(wanted)}; try again")

    async def _listed(self, git: Git) -> dict[str, str]:
        """The build's references and the commit that each leads to."""
        try:
            listed = await self._run(git, "ls-remote", "--quiet", "--", f"{self.folder}/*")
        except GitFailed as error:
            raise self._why(error) from error
        pairs = (line.split("\t") for line in listed.decode(errors="replace").splitlines())
        # A tag comes twice: as it is, then with this mark and the commit that it is on.
        return {name.removesuffix("^{}"): at for at, name in pairs if name.startswith(f"{self.folder}/")}

    async def _fetch(self, git: Git, name: str, commit: str, *, lock: int | None = None) -> None:
        options = ("--quiet", "--no-write-fetch-head", "--no-tags", "--recurse-submodules=no")
        await self._run(git, "fetch", *options, "--", f"+{name}:refs/baton/commits/{commit}", lock=lock)
        await git("cat-file", "-e", f"{commit}^{{commit}}")

    async def _run(self, git: Git, command: str, *words: str, lock: int | None = None) -> bytes:
        cut = words.index("--") + 1
        return await git(command, *words[:cut], self.address.url, *words[cut:], env=self.environment, lock=lock)

    def _why(self, error: GitFailed) -> RemoteRefused | RemoteUnreachable:
        text, shown = str(error), self.address.shown
        if _SHUT.search(text.lower()) is None:
            return RemoteUnreachable(f"the remote {shown!r} could not be reached: {text}")
        return RemoteRefused(
            f"the remote {shown!r} does not let this machine in: {text}. See that it is a git repository, that this "
            "machine's user (its ssh key, or the token in the address) may read and write there, and that no hook "
            f"stops {self.folder}/"
        )

    def _commit(self, commit: str) -> str:
        return f"{self.folder}/commits/{commit}"


def component(build_id: str) -> str:
    """The build ID as a part of a reference's name, where some that name folders well are not allowed."""
    return build_id.replace(".", "%2E") if ".." in build_id or build_id.endswith((".lock", ".")) else build_id
