"""The chain that proves a release, link by link."""

from dataclasses import dataclass, field
from enum import StrEnum


class LinkName(StrEnum):
    """What is proven, in the order in which it is told."""

    ARCHIVE = "archive"  # its bytes have the digest that lies beside it
    MANIFEST = "manifest"  # its files are what its manifest says
    COMMIT = "commit"  # they are the files of a commit
    JOURNAL = "journal"  # the journal of a complete build says that this commit was tested and this archive released
    SIGNATURE = "signature"  # somebody who is trusted has signed for all this


class Outcome(StrEnum):
    """How a link came out."""

    HOLDS = "holds"  # it was checked, and is true
    BROKEN = "broken"  # it is not true, or what would prove it is missing
    UNCHECKED = "unchecked"  # another link is broken that it hangs on


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what was found, and what to do where something is missing."""

    name: LinkName
    outcome: Outcome
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """All links of a release. ``build_id`` and ``commit`` are what the links that hold say."""

    archive: str
    links: tuple[Link, ...]
    build_id: str | None = None
    commit: str | None = None
    sha256: str | None = None
    proven: bool = field(init=False)
    first_broken: LinkName | None = field(init=False)

    def __post_init__(self) -> None:
        broken = [link.name for link in self.links if link.outcome is not Outcome.HOLDS]
        object.__setattr__(self, "proven", not broken)
        object.__setattr__(self, "first_broken", broken[0] if broken else None)


class Broken(Exception):
    """A link does not hold. ``advice`` says what to give where something is missing."""

    def __init__(self, found: str, advice: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.advice = advice


def counted(number: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
