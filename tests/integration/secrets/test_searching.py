import base64

import pytest

from tests.integration.secrets.searching import spellings


@pytest.mark.parametrize("around", [b"", b"x", b"xy", b"xyz"])
def test_a_word_is_found_in_whatever_way_it_is_written(around: bytes) -> None:
    word = "canary-0123"
    text = around + word.encode() + around
    for written in (text, base64.b64encode(text), base64.urlsafe_b64encode(text), text.hex().encode()):
        assert any(spelling in written for spelling in spellings(word))
