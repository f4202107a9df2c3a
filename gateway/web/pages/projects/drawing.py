"""Columns that stand beside one another, as rectangles: across in percent, up in pixels."""

from dataclasses import dataclass

from gateway.web.pages.projects.charts import Chart

HEIGHT = 120
_GAP = 0.3
_WIDEST = 6.0
_LABELS = 7


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a column."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Upright:
    """One column: its blocks from the bottom up, what it says, and a label where there is room for one."""

    blocks: list[Block]
    said: str
    x: float
    label: str


def uprights(chart: Chart) -> list[Upright]:
    """The columns of ``chart``, from left to right."""
    room = 100 / max(1, len(chart.marks))
    width = min(_WIDEST, room * (1 - _GAP))
    every = max(1, -(-len(chart.marks) // _LABELS))
    found = []
    for number, mark in enumerate(chart.marks):
        x, y, blocks = number * room + (room - width) / 2, float(HEIGHT), []
        for share, look, _ in mark.parts:
            if share > 0:
                height = max(2.0, share * HEIGHT / 100)
                y -= height
                blocks.append(Block(round(x, 3), round(y, 2), round(width, 3), round(height, 2), look))
        label = mark.label if number % every == 0 else ""
        found.append(Upright(blocks, mark.said, round(number * room + room / 2, 3), label))
    return found
