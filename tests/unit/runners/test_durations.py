from datetime import timedelta
from typing import Any

import pytest

from baton.runners.durations import parse_duration


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("2h", 7200),
        ("1d", 86400),
        ("1h30m", 5400),
        (" 5s ", 5),
        ("0.5s", 0.5),
        (7, 7),
        (0.25, 0.25),
    ],
)
def test_a_length_of_time_is_read(given: Any, seconds: float) -> None:
    assert parse_duration(given) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "soon",
        "10",
        "10 s",
        "5x",
        "-5s",
        "1h 30m",
        "PT5M",
        True,
        None,
        [5],
        "s",
        "٣s",
        0,
        -1,
        "0s",
        "9" * 400 + "d",
        float("nan"),
        float("inf"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(given: Any) -> None:
    with pytest.raises(ValueError, match="a length of time is"):
        parse_duration(given)


def test_a_length_of_time_is_taken_as_it_is() -> None:
    assert parse_duration(timedelta(minutes=1)) == timedelta(minutes=1)
