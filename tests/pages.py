"""The pages that people read, taken apart: fences, tables, words set as code, links."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
_WORD = re.compile(r"[\w.-]+")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Fence:
    """A block of code: the language, what else the opening line says of it, and its text."""

    language: str
    label: str
    text: str


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def _tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def _inline(self) -> list[Token]:
        return [child for token in self._tokens for child in token.children or ()]

    @cached_property
    def fences(self) -> list[Fence]:
        """All blocks of code, in order."""
        found = []
        for token in self._tokens:
            if token.type == "fence":
                language, _, label = token.info.strip().partition(" ")
                found.append(Fence(language, label, token.content))
        return found

    def fenced(self, language: str, label: str | None = None) -> list[str]:
        """The texts of the blocks of this language, and of this label where one is given."""
        return [
            fence.text
            for fence in self.fences
            if fence.language == language and (label is None or fence.label == label)
        ]

    @cached_property
    def spans(self) -> list[str]:
        """All pieces of text that are set as code within a line."""
        return [
            child.content for token in self._tokens for child in token.children or () if child.type == "code_inline"
        ]

    @cached_property
    def words(self) -> set[str]:
        """The single words in them."""
        return {word for span in self.spans for word in _WORD.findall(span)}

    @cached_property
    def rows(self) -> list[list[set[str]]]:
        """The rows of all tables; of each cell the words that are set as code, or where there are none, its words."""
        found: list[list[set[str]]] = []
        inside = False
        for token in self._tokens:
            if token.type == "tr_open":
                found.append([])
            inside = token.type in ("td_open", "th_open") or (inside and token.type == "inline")
            if inside and token.type == "inline":
                code = [child.content for child in token.children or () if child.type == "code_inline"]
                found[-1].append({word for text in code or [token.content] for word in _WORD.findall(text)})
        return found

    def row(self, word: str) -> list[set[str]]:
        """The first row whose first cell has this word. Raises ``AssertionError`` where there is none."""
        for row in self.rows:
            if word in row[0]:
                return row
        raise AssertionError(f"{self.name} has no row for {word!r}")

    def section(self, heading: str) -> str:
        """The text under a heading, up to the next of its level or above."""
        match = re.search(rf"^(#+) {re.escape(heading)}$", self.text, re.MULTILINE)
        assert match is not None, f"{self.name} has no heading {heading!r}"
        rest = self.text[match.end() :]
        end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
        return rest[: end.start()] if end else rest

    @cached_property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [str(child.attrGet("href")) for child in self._inline if child.type == "link_open"]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link can point at: its headings, as they are written into addresses."""
        headings = re.findall(r"^#+ (.+)$", re.sub(r"(?ms)^ *```.*?^ *```", "", self.text), re.MULTILINE)
        return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def page(name: str) -> Page:
    """The page of this path."""
    return Page(ROOT / name)


def pages() -> list[Page]:
    """All of them: those at the top, the docs, and what lies with examples and settings."""
    patterns = ("*.md", "docs/**/*.md", "examples/*.md", "deploy/**/*.md")
    return [Page(path) for pattern in patterns for path in sorted(ROOT.glob(pattern))]
