"""The results as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from bench.reporting.figures import FIGURES
from bench.reporting.metrics import METRICS
from bench.reporting.results import REFERENCE, Results, Spread
from bench.reporting.words import number

_PARTS = {
    "builds": "Throughput and CPU",
    "latency": "Latency",
    "history": "What a build weighs in Temporal",
    "lag": "Mirror lag",
    "rows": "The mirror by itself",
    "startup": "Start-up",
    "rework": "Rework",
    "crash": "A worker is killed",
    "growth": "Beside finished builds",
    "parked": "Parked builds",
}


def markdown(
    results: Results, labels: Mapping[str, str], about: Mapping[str, str], notes: Sequence[str], plots: Sequence[str]
) -> str:
    """The whole document: what it was measured on, the figures to reach, plots, and a table for each part.

    ``labels`` are names of systems for people, ``about`` what stands at the top, ``notes`` what else is to be known.
    """
    lines = ["# Results of `make bench`", "", *(f"- {name}: {text}" for name, text in about.items())]
    lines += [f"- {note}" for note in notes]
    lines += ["", "How to read this is said in [README.md](README.md).", "", "## Figures to reach", ""]
    lines += figures(results)
    for plot in plots:
        lines += ["", f"![{plot.removesuffix('.svg').replace('-', ' ')}](results/{plot})"]
    for part, title in _PARTS.items():
        rows = list(_rows(results, part, labels))
        if rows:
            lines += ["", f"## {title}", ""]
            lines += _table(["what", "system", "median", "least", "most", "values", "to bare Temporal"], rows)
    return "\n".join(lines) + "\n"


def figures(results: Results) -> list[str]:
    """The table of the figures to reach."""
    rows = [[figure.title, *figure.judged(results)] for figure in FIGURES]
    return _table(["figure", "to reach", "measured", ""], rows)


def _rows(results: Results, part: str, labels: Mapping[str, str]) -> Iterable[list[str]]:
    for key, metric in METRICS.items():
        if metric.part != part:
            continue
        title = f"{metric.title}, {metric.unit}" if metric.unit else metric.title
        for system in results.systems(key):
            spread = results.spread(key, system)
            assert spread is not None
            ratio = results.ratio(key, system) if metric.compared and system != REFERENCE else None
            numbers = map(number, (spread.median, spread.least, spread.most))
            yield [title, labels.get(system, system), *numbers, str(spread.rounds), _ratio(ratio)]


def _ratio(ratio: Spread | None) -> str:
    return "" if ratio is None else f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    return lines + [f"| {' | '.join(cells)} |" for cells in rows]
