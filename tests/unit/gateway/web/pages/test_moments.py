"""Times and durations as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.web.pages.moments import ago, duration, lasting, until, when

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "—"),
        (0, "0 s"),
        (0.42, "0.4 s"),
        (9.94, "9.9 s"),
        (48, "48 s"),
        (200, "3 min 20 s"),
        (180, "3 min"),
        (7500, "2 h 5 min"),
        (3 * 86_400 + 4 * 3600, "3 d 4 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("later", "said"),
    [(2, "just now"), (-40, "in 40 s"), (90, "1 min ago"), (7300, "2 h ago"), (200_000, "2 d ago")],
)
def test_a_moment_is_told_by_its_distance(later: float, said: str) -> None:
    assert ago(NOW, NOW + timedelta(seconds=later)) == said


def test_a_time_on_a_page_has_the_exact_one_beside_it() -> None:
    assert when(NOW, NOW + timedelta(hours=1)) == (
        '<time datetime="2026-03-02T12:00:00.000+00:00" title="2026-03-02 12:00:00 UTC" data-shown="ago">1 h ago</time>'
    )


def test_what_lasts_is_counted_in_one_unit() -> None:
    assert ">for 3 h</time>" in lasting(NOW - timedelta(hours=3, minutes=20), NOW)
    assert ">for 0 s</time>" in lasting(NOW + timedelta(seconds=2), NOW)


def test_a_deadline_counts_down_and_then_is_overdue() -> None:
    assert "1 h 30 min left" in until(NOW + timedelta(minutes=90), NOW)
    assert "overdue" in until(NOW, NOW + timedelta(seconds=1))
    assert until(None, NOW) == "—"
