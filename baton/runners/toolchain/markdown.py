"""Cut a Markdown request into its sections: what is required, what is accepted, what constrains it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_DECORATION = re.compile(r"^[\s*_#\d.)]+|[\s*_#:]+$")
_LISTS = ("bullet_list", "ordered_list")
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
_BELOW_ALL_HEADINGS = 7


class Part(StrEnum):
    """The parts of a request. ``ABOUT`` is all that stands under no heading of the others."""

    ABOUT = "about"
    REQUIREMENTS = "requirements"
    CRITERIA = "acceptance_criteria"
    CONSTRAINTS = "constraints"


_NAMES = {
    Part.CRITERIA: re.compile(r"(?:.*\b)?acceptance(?: criteri(?:a|on)| tests?)?|criteria|definition of done"),
    Part.CONSTRAINTS: re.compile(r"(?:.*\b)?constraints?"),
    Part.REQUIREMENTS: re.compile(r"(?:.*\b)?requirements?"),
}


@dataclass
class Sections:
    """A request's title, and for each part its list items and its other blocks, in order, as plain text."""

    title: str = ""
    items: dict[Part, list[str]] = field(default_factory=lambda: {part: [] for part in Part})
    blocks: dict[Part, list[str]] = field(default_factory=lambda: {part: [] for part in Part})

    def all_of(self, part: Part) -> list[str]:
        """Blocks, then items: what a section says."""
        return [*self.blocks[part], *self.items[part]]


def read_sections(text: str) -> Sections:
    """Cut ``text`` at its headings. A paragraph that is nothing but a part's name is taken for a heading."""
    found = Sections()
    part, level = Part.ABOUT, 0
    for node in SyntaxTreeNode(MarkdownIt("commonmark").parse(text)).children:
        heading = _heading(node)
        if heading is not None:
            depth, name = heading
            named = part_named(name)
            if named is not None:
                part, level = named, depth
            elif depth <= level:
                part, level = Part.ABOUT, 0
            if named is None and depth == 1 and not found.title:
                found.title = name
        elif node.type in _LISTS:
            found.items[part] += list(_items(node))
        elif block := _text(node):
            found.blocks[part].append(block)
    return found


def listed(text: str) -> list[str]:
    """The items of a list in ``text``; of a text without one, its lines."""
    found = read_sections(text)
    items = [item for part in Part for item in found.items[part]]
    return items or [line.strip() for line in text.splitlines() if line.strip(" \t-*_#")]


def part_named(name: str) -> Part | None:
    """The part that a heading or a key names, if it names one."""
    plain = _DECORATION.sub("", name.replace("_", " ")).casefold()
    return next((part for part, names in _NAMES.items() if names.fullmatch(plain)), None)


def _heading(node: SyntaxTreeNode) -> tuple[int, str] | None:
    if node.type == "heading":
        return int(node.tag[1:]), _text(node)
    if node.type == "paragraph" and part_named(text := _text(node)) is not None and text.endswith((":", "**", "__")):
        return _BELOW_ALL_HEADINGS, text
    return None


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    for item in node.children:
        text = _CHECKBOX.sub("", _text(item))
        if text:
            yield text


def _text(node: SyntaxTreeNode) -> str:
    """What a block says, on one line; the items of a list within are joined by semicolons."""
    if node.type == "inline":
        return " ".join(node.content.split())
    if node.type in ("fence", "code_block"):
        return f"`{' '.join(node.content.split())}`" if node.content.strip() else ""
    if node.type == "html_block":
        return ""
    between = "; " if node.type in _LISTS else " "
    return between.join(filter(None, map(_text, node.children)))
