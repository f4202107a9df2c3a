"""Check a release, from its bytes to its signature. Temporal is not asked, and nothing is changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from baton.domain.journal import Entry
from baton.workshop.errors import KeyUnusable
from baton.workshop.keys import KeyRing, PublicKey
from baton.workshop.manifest import Manifest
from baton.workshop.release_files import ReleaseFiles
from gateway.release_check.archive_links import check_digest, check_manifest, digest_of
from gateway.release_check.commit_link import check_commit
from gateway.release_check.journal_link import check_journal
from gateway.release_check.journal_source import journal_from_file, journal_from_mirror
from gateway.release_check.links import Broken, Link, LinkName, Outcome, Proof
from gateway.release_check.signature_link import build_told, check_signature


@dataclass(frozen=True)
class Sources:
    """Where the parts of the chain are looked for.

    ``repo`` (a path or an address) and ``journal`` take the place of the workspace below ``workspaces`` and of the
    mirror; ``only`` are keys that take the place of those in ``keys``.
    """

    workspaces: Path
    database_url: str
    keys: KeyRing
    repo: str | None = None
    journal: Path | None = None
    only: Sequence[PublicKey] = ()


class _Chain:
    """The links so far, by name."""

    def __init__(self) -> None:
        self.links: dict[LinkName, Link] = {}

    def link(self, name: LinkName) -> "_Checking":
        """To be entered: the body checks one link, and says that it holds or raises Broken."""
        return _Checking(self, name)

    def ended(self) -> tuple[Link, ...]:
        """All links in order; those that nobody could check are said to be so."""
        why = "it hangs on a link that is broken"
        return tuple(self.links.get(name, Link(name, Outcome.UNCHECKED, why)) for name in LinkName)


@dataclass(frozen=True)
class _Checking:
    chain: _Chain
    name: LinkName

    def holds(self, found: str) -> None:
        self.chain.links[self.name] = Link(self.name, Outcome.HOLDS, found)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Broken):
            return False
        self.chain.links[self.name] = Link(self.name, Outcome.BROKEN, error.found, error.advice)
        return True


async def check_release(archive: Path, sources: Sources) -> Proof:
    """Check every link that can be checked. A piece that is missing breaks its link."""
    files, chain = ReleaseFiles(archive.absolute()), _Chain()
    sha256: str | None = None
    manifest: Manifest | None = None
    build_id: str | None = None
    with chain.link(LinkName.ARCHIVE) as link:
        sha256 = await asyncio.to_thread(digest_of, files)
        link.holds(check_digest(files, sha256))
    if sha256 is None:
        return Proof(str(archive), chain.ended())
    with chain.link(LinkName.MANIFEST) as link:
        manifest, found = await asyncio.to_thread(check_manifest, files)
        link.holds(found)
    if manifest is not None:
        with chain.link(LinkName.JOURNAL) as link:
            entries = await asyncio.to_thread(_entries, manifest, sources)
            facts = await asyncio.to_thread(check_journal, entries, manifest, sha256)
            build_id = facts.build_id
            link.holds(facts.found)
        with chain.link(LinkName.COMMIT) as link:
            where = build_id or build_told(files)
            link.holds(await check_commit(manifest, sources.repo, sources.workspaces, where))
    with chain.link(LinkName.SIGNATURE) as link:
        link.holds(check_signature(files, sha256, manifest, build_id, _trusted(sources)))
    return Proof(str(archive), chain.ended(), build_id, None if manifest is None else manifest.commit, sha256)


def _entries(manifest: Manifest, sources: Sources) -> Sequence[Entry]:
    if sources.journal is not None:
        return journal_from_file(sources.journal)
    return journal_from_mirror(sources.database_url, manifest.journal_head)


def _trusted(sources: Sources) -> Sequence[PublicKey]:
    try:
        return sources.only or sources.keys.believed()
    except KeyUnusable as error:
        raise Broken(str(error)) from error
