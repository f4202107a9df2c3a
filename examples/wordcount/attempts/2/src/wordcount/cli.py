"""The command line."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from wordcount.words import count_words, ranking


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the most used words; return the exit code."""
    options = _parser().parse_args(arguments)
    counts: Counter[str] = Counter()
    for source in options.files or [None]:
        try:
            counts += count_words(_read(source))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            print(f"wordcount: cannot read {source or 'standard input'}: {reason}", file=sys.stderr)
            return 1
    for word, count in ranking(counts, options.top):
        print(f"{count:6} {word}")
    return 0


def _read(source: Path | None) -> str:
    data = sys.stdin.buffer.read() if source is None else source.read_bytes()
    return data.decode("utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wordcount", description="Print the most used words.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="text files, in UTF-8")
    parser.add_argument("--top", type=_at_least_one, default=10, metavar="N", help="default: 10")
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number
