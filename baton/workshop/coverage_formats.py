"""Coverage as tools of other languages than Python write it: Cobertura XML, LCOV, Go's cover profile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.xml_evidence import xml_evidence

_CONDITIONS = re.compile(r"\((\d{1,9})/(\d{1,9})\)")
_GO_BLOCK = re.compile(r"(?P<file>.+):(?P<place>\d+\.\d+,\d+\.\d+) (?P<statements>\d{1,9}) (?P<count>\d{1,18})")
_MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One file: how many of its lines, and of its branches where they were measured, the tests ran."""

    path: str
    covered_lines: int
    lines: int
    covered_branches: int = 0
    branches: int = 0

    @property
    def parts(self) -> int:
        """All that can be covered."""
        return self.lines + self.branches

    @property
    def covered_parts(self) -> int:
        """What of it was: never more than there is, whatever the report says."""
        return min(self.covered_lines, self.lines) + min(self.covered_branches, self.branches)

    @property
    def percent(self) -> float:
        """How much of it was covered, 0 to 100."""
        return 100 * self.covered_parts / self.parts if self.parts else 0.0


def read_cobertura(data: bytes) -> list[Measured]:
    """Read Cobertura XML, by its lines and not by the rates that it gives. Raises EvidenceUnreadable."""
    root = xml_evidence(data, "coverage report", document_type=True)
    if root.tag != "coverage" or root.find("packages") is None:
        raise EvidenceUnreadable(f"the coverage report is XML, but none of Cobertura: {root.tag[:40]!r}")
    lines: dict[str, dict[int, bool]] = {}
    branches: dict[str, dict[int, tuple[int, int]]] = {}
    for part in root.iter("class"):
        name = (part.get("filename") or part.get("name") or "")[:1000]
        for line in part.iterfind("lines/line"):
            number, hit = _whole(line.get("number")), _whole(line.get("hits")) > 0
            # A class of its own for each function is common: the line counts once, by the best that it was given.
            lines.setdefault(name, {})[number] = lines.get(name, {}).get(number, False) or hit
            if told := _CONDITIONS.search(line.get("condition-coverage") or ""):
                branches.setdefault(name, {})[number] = (int(told[1]), int(told[2]))
    return [
        Measured(
            name,
            sum(hits.values()),
            len(hits),
            sum(covered for covered, _ in branches.get(name, {}).values()),
            sum(there for _, there in branches.get(name, {}).values()),
        )
        for name, hits in lines.items()
    ]


def read_lcov(data: bytes) -> list[Measured]:
    """Read LCOV, by its lines and branches and not by its sums. Raises EvidenceUnreadable."""
    lines: dict[str, dict[int, bool]] = {}
    branches: dict[str, dict[str, bool]] = {}
    name = ""
    for line in _lines(data):
        kind, _, value = line.partition(":")
        if kind == "SF":
            name = value
            lines.setdefault(name, {})
            if len(lines) > _MOST_FILES:
                raise EvidenceUnreadable(f"the coverage report names more than {_MOST_FILES} files")
        elif kind == "DA" and name:
            number, _, hits = value.partition(",")
            key = _whole(number)
            lines[name][key] = lines[name].get(key, False) or _whole(hits.split(",")[0]) > 0
        elif kind == "BRDA" and name:
            key_of_branch, _, taken = value.rpartition(",")
            known = branches.setdefault(name, {})
            known[key_of_branch] = known.get(key_of_branch, False) or (taken != "-" and _whole(taken) > 0)
    return [
        Measured(path, sum(hits.values()), len(hits), sum(branches.get(path, {}).values()), len(branches.get(path, {})))
        for path, hits in lines.items()
    ]


def read_go(data: bytes) -> list[Measured]:
    """Read a cover profile of ``go test``, which counts statements. Raises EvidenceUnreadable."""
    blocks: dict[tuple[str, str], tuple[int, bool]] = {}
    for line in _lines(data):
        if line.startswith("mode:") or not line:
            continue
        match = _GO_BLOCK.fullmatch(line)
        if match is None:
            raise EvidenceUnreadable(f"the coverage report is no cover profile of Go: it has the line {line[:80]!r}")
        key = match["file"], match["place"]
        # A block comes once for each package whose tests were run.
        blocks[key] = int(match["statements"]), blocks.get(key, (0, False))[1] or int(match["count"]) > 0
    sums: dict[str, list[int]] = {}
    for (file, _), (statements, hit) in blocks.items():
        counted = sums.setdefault(file, [0, 0])
        counted[0] += statements if hit else 0
        counted[1] += statements
    return [Measured(file, covered, there) for file, (covered, there) in sums.items()]


def _lines(data: bytes) -> Iterator[str]:
    for line in data.decode(errors="replace").splitlines():
        yield line.strip()


def _whole(text: str | None) -> int:
    try:
        return max(0, int(float(text or 0)))
    except (ValueError, OverflowError):
        raise EvidenceUnreadable(f"the coverage report has {str(text)[:40]!r} where a number belongs") from None
