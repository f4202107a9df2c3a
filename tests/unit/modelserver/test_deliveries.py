"""In which order a delivery's head, bytes, pauses and cut go out."""

import pytest

from tests.modelserver.delivery import CutHere, Delivery, Head, Pause

HEAD, CUT = Head(), CutHere()


def _steps(*pauses: Pause, cut: int | None = None) -> list[object]:
    return list(Delivery(200, (), (b"abc", b"def"), pauses=pauses, cut=cut).steps())


def test_without_more_it_is_the_head_and_the_pieces() -> None:
    assert _steps() == [HEAD, b"abc", b"def"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (-1, [CUT]),
        (0, [HEAD, CUT]),
        (2, [HEAD, b"ab", CUT]),
        (3, [HEAD, b"abc", CUT]),
        (4, [HEAD, b"abc", b"d", CUT]),
        (6, [HEAD, b"abc", b"def", CUT]),
        (99, [HEAD, b"abc", b"def", CUT]),
    ],
)
def test_nothing_comes_after_a_cut(at: int, expected: list[object]) -> None:
    assert _steps(cut=at) == expected


def test_pauses_stand_where_they_are_wanted() -> None:
    first, within, last = Pause(-1, 1), Pause(4, 2), Pause(50, 3)
    assert _steps(last, within, first) == [first, HEAD, b"abc", b"d", within, b"ef", last]


def test_two_stops_at_one_place_keep_their_order() -> None:
    one, two = Pause(3, 1), Pause(3, 2)
    assert _steps(one, two, cut=3) == [HEAD, b"abc", one, two, CUT]
