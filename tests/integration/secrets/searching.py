"""Looking for a word in bytes, however it is written there."""

import base64
import urllib.parse
from collections.abc import Callable, Iterator


def spellings(word: str) -> set[bytes]:
    """Ways in which ``word`` may stand in a file, of which each can be found at any place in a longer text."""
    raw = word.encode()
    return {
        raw,
        raw[::-1],
        raw.upper(),
        raw.hex().encode(),
        raw.hex().upper().encode(),
        word.encode("utf-16-le"),
        urllib.parse.quote(word, safe="").encode(),
        *_in_base64(raw, base64.b64encode),
        *_in_base64(raw, base64.urlsafe_b64encode),
    }


def _in_base64(raw: bytes, encode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """What is the same in the base64 of every text around ``raw``, for each of the three ways it can begin."""
    for before in range(3):
        whole = encode(b"\0" * before + raw).rstrip(b"=")
        yield whole[(before * 8 + 5) // 6 : len(whole) - 1]
