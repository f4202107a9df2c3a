"""What `make bench` is asked for, and that each part has a place in its report."""

from dataclasses import fields
from pathlib import Path

import pytest

from bench.bench_builds import PARTS
from bench.options import parse
from bench.parts.run import Run, Sizes
from bench.reporting.figures import FIGURES
from bench.reporting.metrics import METRICS
from bench.reporting.plots import draw
from bench.reporting.results import Results, Value
from bench.reporting.table import markdown
from bench.systems.casting import NAMES

_README = Path(__file__).parents[3] / "bench" / "README.md"


def test_a_run_without_wishes_is_whole_and_is_kept() -> None:
    options = parse("", list(PARTS), [])
    assert (list(options.parts), list(options.systems), options.whole) == (list(PARTS), list(NAMES), True)
    assert options.sizes == Sizes()
    assert options.sizes.rounds >= 3


def test_what_is_asked_for_is_done_in_full_and_the_reference_always_takes_part() -> None:
    options = parse("", list(PARTS), ["--only", "crash, builds", "--systems", "dbos-sqlite", "--crashed", "1000"])
    assert list(options.parts) == ["builds", "crash"]
    assert options.playing == ["bare", "baton-sqlite", "dbos-sqlite"]
    assert not options.whole
    assert (options.sizes.crashed, list(options.sizes.asked)) == (1_000, ["crashed"])
    assert parse("", list(PARTS), ["--patient"]).sizes.asked == {one.name for one in fields(Sizes)}


def test_a_quick_run_is_no_whole_one_and_takes_wishes() -> None:
    options = parse("", list(PARTS), ["--quick", "--rounds", "2"])
    assert not options.whole
    assert (options.sizes.rounds, options.sizes.builds < 10, list(options.sizes.asked)) == (2, True, ["rounds"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "build"], "build is not among latency, builds"),
        (["--systems", "celery"], "celery is not among bare, baton-sqlite"),
        (["--only", ","], "name at least one of latency"),
        (["--rounds", "0"], "'0' is no number from 1"),
        (["--parked", "many"], "'many' is no number from 1"),
    ],
)
def test_a_wrong_wish_is_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("", list(PARTS), arguments)
    assert said in capsys.readouterr().err


def test_rounds_end_when_their_time_is_over_unless_they_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked, done in ((frozenset[str](), [1, 2]), (frozenset({"rounds"}), [1, 2, 3])):
        now = [0.0]
        monkeypatch.setattr("bench.parts.run.time.monotonic", lambda now=now: now[0])
        run = Run(None, [], Sizes(rounds=3, asked=asked))  # type: ignore[arg-type]
        found = []
        for number in run.rounds(25.0):
            found.append(number)
            now[0] += 10.0
        assert found == done


def test_each_part_has_metrics_and_a_line_in_the_docs() -> None:
    assert {metric.part for metric in METRICS.values()} == set(PARTS)
    told = _README.read_text(encoding="utf-8")
    assert [part for part in PARTS if f"\n| `{part}` |" not in told] == []


def test_every_metric_and_every_figure_is_in_the_report(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    systems = ("bare", "baton-sqlite", "baton-postgresql", "worker", "command line")
    results = Results(
        Value(metric, system, number, 10.0 * number) for metric in METRICS for system in systems for number in (1, 2, 3)
    )
    plots = draw(results, {}, tmp_path)
    assert (
        sorted(plots)
        == sorted(path.name for path in tmp_path.iterdir())
        == ["cpu.svg", "latency.svg", "throughput.svg"]
    )
    report = markdown(results, {}, {}, ["a note"], plots)
    assert [metric.title for metric in METRICS.values() if f"| {metric.title}" not in report] == []
    assert [figure.title for figure in FIGURES if f"| {figure.title} |" not in report] == []
    assert report.count("not measured") == 7  # those to systems that do not take part
    results.write_csv(tmp_path / "results.csv")
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 1 + 3 * len(systems) * len(METRICS)
