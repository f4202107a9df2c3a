"""Text from builds does nothing to a terminal."""

import pytest

from gateway.cli.looks import span
from gateway.cli.plain import line, plain


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x9b31mb", "a31mb"),
        ("back\b\bspace\r", "backspace"),
        ("\u202eesrever\u202c", "esrever"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("[bold]kept[/bold]", "[bold]kept[/bold]"),
    ],
)
def test_escapes_and_controls_are_taken_out(hostile: str, harmless: str) -> None:
    assert plain(hostile) == harmless


def test_a_line_is_one_line_and_cut() -> None:
    assert line(" a\n b\tc ") == "a b c"
    assert line("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.4, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (277200, "3 d 5 h"),
    ],
)
def test_spans_of_time_are_told_in_two_units(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
