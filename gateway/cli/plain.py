"""Text from outside, made harmless for a terminal.

What a build holds was written by requests, models and programs. Control characters in it could move the cursor,
change colours or retitle the window, and square brackets would be markup to rich.
"""

import re

from rich.text import Text

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]")


def plain(value: object) -> str:
    """``value`` as text without escape sequences, control characters and marks that turn the reading direction.

    Newlines and tabs stay.
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", str(value).replace("\r\n", "\n")))


def line(value: object, longest: int = 0) -> str:
    """:func:`plain` on one line, cut to ``longest`` characters when that is not 0."""
    flat = " ".join(plain(value).split())
    return f"{flat[: longest - 1]}…" if 0 < longest < len(flat) else flat


def text(value: object, style: str = "") -> Text:
    """:func:`plain` for rich, which finds no markup in it."""
    return Text(plain(value), style=style)
