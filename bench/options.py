"""What a run is asked for on the command line."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from bench.parts.run import Sizes
from bench.systems.casting import ALWAYS, NAMES

_QUICK = Sizes(
    rounds=1, builds=6, crowd=8, alone=2, parked=20, idle=3, crashed=6, starts=1, rework=6, journals=5, grown=50
)
_COUNTS = {
    "rounds": "rounds in which the systems take turns",
    "builds": "builds in a turn with 20 in flight",
    "crowd": "builds in a turn with 200 in flight",
    "alone": "builds in a turn with 1 in flight",
    "parked": "builds that wait for a person",
    "crashed": "builds in flight when a worker is killed",
    "rework": "rounds of rework in a long build",
    "grown": "finished builds in the database of the part growth",
}


@dataclass(frozen=True)
class Options:
    """``whole``: all parts and systems, in sizes that tell something. ``out`` is the folder that was asked for."""

    parts: Sequence[str]
    systems: Sequence[str]
    sizes: Sizes
    whole: bool
    profile: bool
    ladder: bool
    out: Path | None

    @property
    def playing(self) -> list[str]:
        """The systems, with those that always take part."""
        return [name for name in NAMES if name in self.systems or name in ALWAYS]


def parse(about: str | None, parts: Sequence[str], arguments: Sequence[str] | None = None) -> Options:
    """Read ``arguments``, by default those of the process; ends it with a message where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", type=_listed(parts), default=list(parts), metavar="PART,…", help=f"some of: {', '.join(parts)}"
    )
    parser.add_argument(
        "--systems", type=_listed(NAMES), default=list(NAMES), metavar="NAME,…", help=f"some of: {', '.join(NAMES)}"
    )
    usual = Sizes()
    for name, what in _COUNTS.items():
        parser.add_argument(
            f"--{name}", type=_count, metavar="N", help=f"{what}; {getattr(usual, name)}, or fewer if time is short"
        )
    parser.add_argument("--patient", action="store_true", help="all of it, however long it takes")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it works, not how fast it is")
    parser.add_argument("--profile", action="store_true", help="show where the time of Baton's worker goes instead")
    parser.add_argument(
        "--ladder", action="store_true", help="show what each thing costs that lies between bare Temporal and Baton"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where the table and plots go; a whole run writes to bench anyway"
    )
    given = parser.parse_args(arguments)
    counts = {name: getattr(given, name) for name in _COUNTS if getattr(given, name) is not None}
    asked = [one.name for one in fields(Sizes)] if given.patient else counts
    return Options(
        parts=given.only,
        systems=given.systems,
        sizes=replace(_QUICK if given.quick else usual, **counts, asked=frozenset(asked)),
        whole=not given.quick and given.only == list(parts) and given.systems == list(NAMES),
        profile=given.profile,
        ladder=given.ladder,
        out=given.out,
    )


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return number


def _listed(known: Sequence[str]) -> Callable[[str], list[str]]:
    def parse_list(text: str) -> list[str]:
        given = [part.strip() for part in text.split(",") if part.strip()]
        if unknown := [part for part in given if part not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is not among {', '.join(known)}")
        if not given:
            raise argparse.ArgumentTypeError(f"name at least one of {', '.join(known)}")
        return [name for name in known if name in given]

    return parse_list
