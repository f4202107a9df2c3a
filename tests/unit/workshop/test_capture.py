"""Bounded capture keeps both ends of a stream."""

from hypothesis import given, settings
from hypothesis import strategies as st

from baton.workshop._capture import Capture
from baton.workshop.plain import plain


@settings(max_examples=50, deadline=None, database=None)
@given(chunks=st.lists(st.binary(max_size=50)), limit=st.integers(1, 200))
def test_short_streams_are_whole_and_long_ones_keep_both_ends(chunks: list[bytes], limit: int) -> None:
    capture, whole = Capture(limit), b"".join(chunks)
    for chunk in chunks:
        capture.feed(chunk)
    kept = capture.getvalue()
    assert capture.truncated == (len(whole) > limit)
    if not capture.truncated:
        assert kept == whole
    else:
        assert kept.startswith(whole[: limit // 2])
        assert kept.endswith(whole[len(whole) - (limit - limit // 2) :])
        assert f"{len(whole) - limit} bytes left out".encode() in kept


def test_a_long_stream_takes_little_memory() -> None:
    capture = Capture(1000)
    for _ in range(1000):
        capture.feed(b"x" * 65_536)
    assert len(capture._tail) < 200_000
    assert len(capture.getvalue()) < 1100


def test_plain_text_has_no_escapes_and_keeps_lines() -> None:
    assert plain("\x1b[31mred\x1b[0m\r\n\ttab\x00\x1b]0;title\x07end\x7f", 100) == "red\n\ttabend"


@settings(max_examples=50, deadline=None, database=None)
@given(text=st.text(list("ab \x1b[]0m;\x07\x9b\r\n\t\u202eß\ud800")), limit=st.integers(1, 50))
def test_plain_text_is_never_longer_than_asked_and_always_encodes(text: str, limit: int) -> None:
    cleaned = plain(text, limit)
    assert len(cleaned) <= limit
    assert "\x1b" not in cleaned
    cleaned.encode()
