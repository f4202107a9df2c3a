"""On which line of a TOML file something stands.

Neither ``tomllib`` nor ``tomlkit`` keeps positions. So the file is read in growing pieces: the statement that makes a
key appear is the one that follows the last piece without it. That needs no grammar of our own, and profiles are short.
"""

import tomllib
from collections.abc import Sequence
from typing import Any


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, of the statement that defines ``path``, or else the part of it that is there.

    ``text`` is valid TOML. 1 is the answer, too, when nothing of ``path`` is there.
    """
    path = _known(tomllib.loads(text), path)
    lines = text.splitlines()
    last_whole = 0
    for count in range(1, len(lines) + 1) if path else ():
        try:
            data = tomllib.loads("\n".join(lines[:count]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        if len(_known(data, path)) == len(path):
            return last_whole + 1
        last_whole = count
    return 1


def _known(data: Any, path: Sequence[str | int]) -> Sequence[str | int]:
    """The longest beginning of ``path`` that leads somewhere in ``data``."""
    for depth, step in enumerate(path):
        if not isinstance(data, dict) or step not in data:
            return path[:depth]
        data = data[step]
    return path
