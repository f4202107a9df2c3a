"""Text from outside, made harmless: for terminals, and for one line of a page.

What a build holds was written by requests, models and programs. Control characters in it could move the cursor,
change colours or retitle the window, and marks of direction could make a text read as another.
"""

from baton.workshop.plain import without_controls, without_escapes


def plain(value: object) -> str:
    """``value`` as text without escape sequences, control characters and marks that turn the reading direction.

    Newlines and tabs stay.
    """
    return without_controls(without_escapes(str(value).replace("\r\n", "\n")))


def line(value: object, longest: int = 0) -> str:
    """:func:`plain` on one line, cut to ``longest`` characters when that is not 0."""
    flat = " ".join(plain(value).split())
    return f"{flat[: longest - 1]}…" if 0 < longest < len(flat) else flat
