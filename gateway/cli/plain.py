"""Text from outside on a terminal: harmless, and without markup, which square brackets would be to rich."""

from rich.text import Text

from gateway.story.plain import line, plain

__all__ = ["line", "plain", "text"]


def text(value: object, style: str = "") -> Text:
    """:func:`plain` for rich, which finds no markup in it."""
    return Text(plain(value), style=style)
