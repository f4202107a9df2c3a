"""Plots of the results, as small SVG files (extra ``charts``)."""

from collections.abc import Mapping
from pathlib import Path

from bench.reporting.results import Results

_CPU = {"cpu_worker": "worker", "cpu_server": "Temporal server", "cpu_database": "PostgreSQL"}
_BARS = {
    "throughput": (("throughput_20", "20 in flight"), ("throughput_200", "200 in flight")),
    "latency": (("latency_p50", "p50"), ("latency_p95", "p95")),
}
_UNITS = {"throughput": "builds/s", "latency": "ms for one build alone"}


def draw(results: Results, labels: Mapping[str, str], folder: Path) -> list[str]:
    """Draw what there are values for; the names of the files in ``folder``. None without matplotlib."""
    try:
        import matplotlib as mpl
    except ImportError:
        return []
    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "baton", "font.size": 9})
    drawn = []
    for name, series in _BARS.items():
        if results.systems(series[0][0]):
            _bars(results, labels, series, _UNITS[name], folder / f"{name}.svg")
            drawn.append(f"{name}.svg")
    if results.systems("cpu_worker"):
        _stacked(results, labels, folder / "cpu.svg")
        drawn.append("cpu.svg")
    return drawn


def _bars(
    results: Results, labels: Mapping[str, str], series: tuple[tuple[str, str], ...], unit: str, path: Path
) -> None:
    from matplotlib import pyplot

    systems = results.systems(series[0][0])
    figure, axes = pyplot.subplots(figsize=(7, 0.6 + 0.5 * len(systems)), layout="constrained")
    height = 0.8 / len(series)
    for offset, (metric, label) in enumerate(series):
        found = [(at, spread) for at, one in enumerate(systems) if (spread := results.spread(metric, one)) is not None]
        middles = [spread.median for _, spread in found]
        whiskers = [
            [spread.median - spread.least for _, spread in found],
            [spread.most - spread.median for _, spread in found],
        ]
        places = [at + (offset - (len(series) - 1) / 2) * height for at, _ in found]
        axes.barh(places, middles, height, xerr=whiskers, label=label, capsize=2)
    axes.set_yticks(range(len(systems)), [labels.get(one, one) for one in systems])
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    figure.legend(loc="outside upper right", ncols=3)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _stacked(results: Results, labels: Mapping[str, str], path: Path) -> None:
    from matplotlib import pyplot

    systems = results.systems("cpu_worker")
    figure, axes = pyplot.subplots(figsize=(7, 0.6 + 0.4 * len(systems)), layout="constrained")
    left = [0.0] * len(systems)
    for metric, label in _CPU.items():
        found = [results.spread(metric, one) for one in systems]
        widths = [0.0 if spread is None else spread.median for spread in found]
        axes.barh(range(len(systems)), widths, 0.7, left=left, label=label)
        left = [before + width for before, width in zip(left, widths, strict=True)]
    axes.set_yticks(range(len(systems)), [labels.get(one, one) for one in systems])
    axes.invert_yaxis()
    axes.set_xlabel("ms of CPU a build")
    figure.legend(loc="outside upper right", ncols=3)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
