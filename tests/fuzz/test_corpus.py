"""Every input of the corpus, without atheris: those that once broke a parser, and those that fuzzing begins with."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
_MOST_BYTES = 200_000


def _inputs() -> list[Path]:
    return sorted(file for file in CORPUS.glob("*/*"))


@pytest.mark.parametrize("file", _inputs(), ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_parser_takes_it_or_says_what_is_wrong(file: Path) -> None:
    TARGETS[file.parent.name](file.read_bytes())


def test_each_parser_has_a_corpus_and_the_corpus_is_small() -> None:
    assert {file.parent.name for file in _inputs()} == set(TARGETS)
    assert sum(file.stat().st_size for file in _inputs()) < _MOST_BYTES
