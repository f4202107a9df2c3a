"""Every picture in the docs can be taken anew, is small, and is shown with words for those who cannot see it."""

import re

import pytest

from tests.pages import ROOT, pages
from tests.pictures.album import FOLDER, MOST_BYTES, Picture
from tests.pictures.take import PICTURES

_SHOWN = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[^)\s]+)\)")


def test_every_picture_that_is_kept_can_be_taken_anew() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(PICTURES)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_small_and_shown_somewhere(picture: Picture) -> None:
    assert picture.file.stat().st_size <= MOST_BYTES
    assert picture.file in {place.path.parent / one["file"] for place in pages() for one in _SHOWN.finditer(place.text)}


def test_every_picture_that_is_shown_is_there_and_told_in_words() -> None:
    shown = [
        (place.path.parent / one["file"], one["words"]) for place in pages() for one in _SHOWN.finditer(place.text)
    ]
    assert shown
    assert [file.relative_to(ROOT) for file, words in shown if not file.is_file() or len(words) < 20] == []
