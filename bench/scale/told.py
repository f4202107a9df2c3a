"""What was measured of the reports, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.reporting.words import number
from bench.scale.listed import PAGE_MS, REPORT_MS, STATS_MS, STATUS_MS
from bench.scale.measuring import Measured

_FIGURES = {
    STATUS_MS: "one build's status",
    PAGE_MS: "any page of a list, wherever it lies",
    STATS_MS: "figures of a project",
    REPORT_MS: "all that a report or a page of charts shows",
}

_READ = """\
Milliseconds. *First* is the first answer, with nothing of the database in memory and the connection still to be made;
p50 and p95 are of those after it, each with parameters by chance. A target is reached when 95 of a hundred answers keep
it, and *by half* when 50 do."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database: what it is, what it holds, and what was measured in it."""

    name: str
    size: int
    holds: str
    measured: list[Measured]

    @property
    def title(self) -> str:
        """Its kind, and how many builds it holds."""
        return f"{self.name}, {self.size:,} builds"


def markdown(about: Mapping[str, str], databases: Sequence[Database]) -> str:
    """The whole document."""
    lines = ["# Results of `make bench WHICH=reports`", "", *(f"- {name}: {text}" for name, text in about.items())]
    lines += [f"- {database.title}: {database.holds}" for database in databases]
    lines += [*("", _READ), *("", "## Figures to reach", "")]
    lines += figures(databases)
    for database in databases:
        lines += ["", f"## {database.title}", "", *heads(), *map(line, database.measured)]
    return "\n".join(lines) + "\n"


def figures(databases: Sequence[Database]) -> list[str]:
    """The table of the figures to reach: of each the slowest question."""
    heads = "".join(f" {database.title} | |" for database in databases)
    lines = [
        f"| the slowest of its questions, p50 / p95 | to reach |{heads}",
        "|---|---|" + "---|---|" * len(databases),
    ]
    for target, name in _FIGURES.items():
        cells = "".join(f" {figure} | {judged} |" for figure, judged in _slowest(databases, target))
        lines.append(f"| {name} | under {target} ms |{cells}")
    return lines


def heads() -> list[str]:
    """The head of a database's table."""
    return ["| what is asked | first | p50 | p95 | worst | target | | reads whole |", "|---" * 8 + "|"]


def line(one: Measured) -> str:
    """One question's."""
    first = "" if one.first is None else number(one.first)
    target = "" if one.listed.target is None else f"{one.listed.target:g}"
    taken = " | ".join(map(number, (one.median, one.p95, one.worst)))
    return f"| {one.listed.name} | {first} | {taken} | {target} | {one.judged} | {', '.join(one.whole)} |"


def _slowest(databases: Sequence[Database], target: float) -> Iterator[tuple[str, str]]:
    for database in databases:
        found = [one for one in database.measured if one.listed.target == target]
        if not found:
            yield "", "not measured"
            continue
        slowest = max(found, key=lambda one: one.p95)
        kept = sum(one.judged == "reached" for one in found)
        judged = "reached" if kept == len(found) else f"{kept} of {len(found)} reached"
        yield f"{number(slowest.median)} / {number(slowest.p95)}", judged
