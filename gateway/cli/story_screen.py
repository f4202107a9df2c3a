"""A story on the screen: in paragraphs, the numbers of the entries behind each sentence."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from gateway.cli.looks import command_text
from gateway.cli.plain import text
from gateway.story.sentence import Sentence, SentenceKind

_TITLES = {
    SentenceKind.NOW: "Now",
    SentenceKind.PAST: "Before",
    SentenceKind.NEXT: "What comes next",
    SentenceKind.SPENT: "What it has used",
}
_INDENT = "  "
_WIDEST = 100


def story_screen(story: Sequence[Sentence], console: Console) -> Iterator[RenderableType]:
    """The sentences under their titles. In a pipe each is one line, on a terminal none is wider than people read."""
    for kind, sentences in groupby(story, lambda sentence: sentence.kind):
        yield Text()
        yield Text(f"{_INDENT}{_TITLES[kind]}", "bold")
        for sentence in sentences:
            said = text(sentence.text).append(f"  {numbers(sentence.entries)}", "dim")
            yield _on_terminal(said) if console.is_terminal else Text(2 * _INDENT).append(said)
            if sentence.command is not None:
                yield command_text(sentence.command, 2 * _INDENT)
    yield Text()


def numbers(entries: Sequence[int]) -> str:
    """``[1, 4-7]``: entries that follow each other as one stretch."""
    stretches: list[list[int]] = []
    for entry in entries:
        if stretches and entry == stretches[-1][-1] + 1:
            stretches[-1].append(entry)
        else:
            stretches.append([entry])
    told = (f"{one[0]}-{one[-1]}" if len(one) > 2 else ", ".join(map(str, one)) for one in stretches)
    return f"[{', '.join(told)}]"


def _on_terminal(said: Text) -> RenderableType:
    """Lines that go on hang, so that it can be seen where a sentence begins."""
    row = Table.grid()
    row.add_column(width=2 * len(_INDENT), style="dim")
    row.add_column()
    row.add_row(f"{_INDENT}·", said)
    return Constrain(row, _WIDEST)
