"""Numbers as people read them."""

import pytest

from gateway.charts.labels import NOTHING, count, duration, money, percent, times


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, NOTHING),
        (0, "0 s"),
        (0.000_001, "0 s"),
        (0.4, "0.4 s"),
        (9.96, "10.0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7505, "2 h 5 min"),
        (86_399.9, "1 d"),
        (3 * 86_400 + 4 * 3600 + 59, "3 d 4 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, NOTHING), (0.0, "0 %"), (0.2, "1 %"), (66.7, "67 %"), (99.6, "99 %"), (100.0, "100 %")],
)
def test_all_and_none_are_said_of_all_and_none_alone(value: float | None, said: str) -> None:
    assert percent(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, NOTHING),
        (0, "$0.00"),
        (0.000_01, "< $0.0001"),
        (0.0042, "$0.0042"),
        (2.306, "$2.31"),
        (1204.4, "$1,204"),
    ],
)
def test_money_is_as_exact_as_it_is_small(value: float | None, said: str) -> None:
    assert money(value) == said


def test_numbers_are_counted_in_words() -> None:
    assert [times(number) for number in (1, 2, 1500)] == ["once", "twice", "1,500 times"]
    assert [count(number, "build") for number in (0, 1, 1500)] == ["0 builds", "1 build", "1,500 builds"]
