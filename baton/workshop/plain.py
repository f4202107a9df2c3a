"""Text from programs, made safe to show and to store."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def without_escapes(text: str) -> str:
    """`text` without the sequences that move a terminal's cursor, change its colours or retitle its window."""
    return _ESCAPES.sub("", text)


def without_controls(text: str) -> str:
    """`text` without control characters and marks that turn the reading direction. Line feeds and tabs stay."""
    return _CONTROLS.sub("", text)


def plain(text: str, limit: int) -> str:
    """`text` without terminal escapes, control characters and text-direction tricks, at most `limit` long.

    Line feeds and tabs stay. What is cut off is marked by an ellipsis.
    """
    # Cut first, generously: the expressions shall not walk through a hundred megabytes.
    text = text[: 4 * limit + 1024].replace("\r\n", "\n").replace("\r", "\n")
    text = without_controls(without_escapes(text)).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
