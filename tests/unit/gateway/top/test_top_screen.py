"""The live picture fits a terminal, says what matters, and says what does not answer."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from gateway.cli.top_screen import top_screen
from gateway.standing.picture import Picture
from tests.unit.gateway.top.pictures import busy, idle


def shown(seen: Picture, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(top_screen(seen, "default at 127.0.0.1:7233", width))
    return console.export_text()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_words_and_numbers_are_whole_at_any_width(width: int) -> None:
    text = shown(busy(), width)
    assert max(map(len, text.splitlines())) <= width
    head = next(line for line in text.splitlines() if line.startswith("at work"))
    assert head.split() == ["at", "work", "state", "for", "rework", "project"]
    for whole in ("verification overseer", "handoff to releaser", "1,215 in progress", "implementation  1 min"):
        assert whole in text
    assert "release-of-the-basket" in text
    assert "and 1,213 more" in text


def test_what_is_not_well_stands_out() -> None:
    text = shown(busy())
    assert "release manager           none" in text
    assert "1 min 15 s behind, 6 of 20 running builds; at attempt 9" in text
    assert "2 parked" in text
    assert "grace, linus" in text


def test_a_quiet_house_is_told_as_one() -> None:
    text = shown(idle())
    assert "Nothing is at work." in text
    assert "Nothing waits for anybody." in text
    assert "nothing is running" in text


def test_what_does_not_answer_is_said_and_the_rest_is_shown() -> None:
    without_sql = shown(replace(busy(), sql=None, sql_away="the database cannot be used: connection refused"))
    assert "away  the database cannot be used: connection refused" in without_sql
    assert "code writer" in without_sql
    assert "at work" not in without_sql
    without_temporal = shown(replace(busy(), temporal=None, temporal_away="Cannot reach Temporal at 'here:1'"))
    assert "away  Cannot reach Temporal at 'here:1'" in without_temporal
    assert "code writer  " not in without_temporal
    assert "slugify-1" in without_temporal
