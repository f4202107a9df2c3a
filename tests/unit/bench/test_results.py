"""What becomes of measured values."""

import pytest

from bench.reporting.figures import Figure
from bench.reporting.results import Results, Spread, Value
from bench.reporting.rooms import room_of
from bench.reporting.table import markdown
from bench.reporting.words import number
from bench.systems.turn import percentile


def _results() -> Results:
    return Results(
        [
            Value("throughput_20", "bare", 1, 20.0),
            Value("throughput_20", "baton-sqlite", 1, 10.0),
            Value("throughput_20", "bare", 2, 40.0),
            Value("throughput_20", "baton-sqlite", 2, 30.0),
            Value("throughput_20", "baton-sqlite", 3, 99.0),
        ]
    )


def test_a_ratio_compares_within_a_round_and_leaves_out_rounds_that_only_one_has() -> None:
    assert _results().ratio("throughput_20", "baton-sqlite") == Spread(0.625, 0.5, 0.75, 2)
    assert _results().spread("throughput_20", "baton-sqlite") == Spread(30.0, 10.0, 99.0, 3)
    assert _results().ratio("throughput_20", "baton-sqlite", "dbos-sqlite") is None


def test_the_table_names_systems_for_people_and_gives_the_reference_no_ratio() -> None:
    lines = markdown(
        _results(), {"baton-sqlite": "Baton, SQLite"}, {"machine": "2 (cores)"}, [], ["cpu.svg"]
    ).splitlines()
    assert "| throughput, 20 in flight, builds/s | bare | 30 | 20 | 40 | 2 |  |" in lines
    assert "| throughput, 20 in flight, builds/s | Baton, SQLite | 30 | 10 | 99 | 3 | 0.62 (0.50 to 0.75) |" in lines
    assert "![cpu](results/cpu.svg)" in lines
    assert "## Latency" not in lines


@pytest.mark.parametrize(
    ("relation", "bound", "verdict"),
    [(">=", 30, "reached"), (">=", 31, "not reached"), ("<", 30, "not reached"), ("<=", 30, "reached")],
)
def test_a_figure_is_reached_or_not(relation: str, bound: float, verdict: str) -> None:
    def measured(results: Results) -> float | None:
        found = results.spread("throughput_20", "baton-sqlite")
        return None if found is None else found.median

    figure = Figure("it", measured, relation, bound)
    assert figure.judged(_results())[2] == verdict
    assert figure.judged(Results())[2] == "not measured"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.01234, "0.0123"), (1.5, "1.5"), (2, "2"), (12.34, "12.3"), (10.0, "10"), (12345.6, "12,346")],
)
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_a_percentile_lies_between_the_values_and_needs_only_one() -> None:
    assert percentile([7.0], 95) == 7.0
    assert percentile([float(one) for one in range(101)], 95) == 95.0


@pytest.mark.parametrize(
    ("file", "function", "room"),
    [
        ("/x/.venv/lib/python3.11/site-packages/google/protobuf/message.py", "f", "google/protobuf"),
        ("/x/.venv/lib/python3.11/site-packages/temporalio/worker/_workflow.py", "f", "temporalio"),
        ("/x/lib/python3.11/json/encoder.py", "f", "Python: json"),
        ("/x/tree/baton/domain/fold.py", "fold", "baton/domain"),
        ("/x/tree/workflows/build.py", "run", "workflows"),
        ("~", "<method 'execute' of 'sqlite3.Cursor' objects>", "built in: sqlite3"),
        ("~", "<built-in method builtins.len>", "built in"),
    ],
)
def test_a_function_belongs_to_a_room(file: str, function: str, room: str) -> None:
    assert room_of(file, function) == room
