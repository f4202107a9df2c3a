"""Where the parts of the timeline are drawn: across by time, down by phase.

Time runs evenly but for one thing: what would be too narrow to be seen is widened, and the rest gives way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from baton.domain.moves import PHASES
from baton.domain.vocabulary import State
from gateway.web.pages.build.course import Piece, Stay
from gateway.web.pages.moments import duration

ROW = 36
BAR = 16
TOP = 8
_WIDTH = 94.0  # percent; the rest is room for loops at the end
_NARROWEST = 1.4
_TICKS_APART = 11.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800)


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a stay. ``x`` and ``width`` are percent, ``y`` is pixels; ``look`` is a class of the style sheet."""

    x: float
    y: float
    width: float
    height: float
    look: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """The passing of the work from one row to another at ``x`` percent; back it is a loop with a number."""

    x: float
    begins: float
    ends: float
    back: int
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn."""

    bars: list[Bar]
    links: list[Link]
    ticks: list[Tick]
    height: int
    widened: bool


class _Scale:
    """From moments to percent."""

    def __init__(self, stays: Sequence[Stay], now: datetime) -> None:
        self._begins = stays[0].begins
        moments: list[datetime] = [self._begins]
        least: list[float] = []
        pieces = [(stay, piece) for stay in stays for piece in stay.pieces]
        narrowest = min(_NARROWEST, 70 / max(1, len(pieces)))
        for stay, piece in pieces:
            moments.append(max(moments[-1], piece.ends or now))
            least.append(narrowest if stay.is_phase or piece.waits else 0.0)
        self._moments = [(moment - self._begins).total_seconds() for moment in moments]
        widths, self.widened = _shared([after - before for before, after in pairwise(self._moments)], least)
        self._places = [0.0]
        for width in widths:
            self._places.append(self._places[-1] + width)
        self._ends = {id(piece): place for (_, piece), place in zip(pieces, self._places[1:], strict=True)}
        self._starts = {id(piece): place for (_, piece), place in zip(pieces, self._places, strict=False)}

    def span(self, piece: Piece) -> tuple[float, float]:
        return self._starts[id(piece)], self._ends[id(piece)]

    def ticks(self) -> list[Tick]:
        whole = self._moments[-1]
        step = next((step for step in _STEPS if whole / step <= 8), None) or 86_400 * (int(whole / 86_400 / 8) + 1)
        found: list[Tick] = []
        for number in range(int(whole / step) + 1):
            place = self._at(number * step)
            if not found or place - found[-1].x >= _TICKS_APART:
                found.append(Tick(round(place, 3), _label(number * step)))
        return found

    def _at(self, seconds: float) -> float:
        for (before, after), (left, right) in zip(pairwise(self._moments), pairwise(self._places), strict=True):
            if seconds <= after and after > before:
                return left + (right - left) * (seconds - before) / (after - before)
        return self._places[-1]


def timeline(stays: Sequence[Stay], now: datetime) -> Timeline:
    """The drawing of these stays, the last of which may go on."""
    drawn = [stay for stay in stays if stay.state not in (State.COMPLETE, State.CANCELLED)]
    scale = _Scale(drawn, now)
    bars = [bar for stay in drawn for bar in _bars(stay, scale, now)]
    return Timeline(bars, list(_links(drawn, scale)), scale.ticks(), TOP + len(PHASES) * ROW + 22, scale.widened)


def _bars(stay: Stay, scale: _Scale, now: datetime) -> list[Bar]:
    found = []
    for piece in stay.pieces:
        left, right = scale.span(piece)
        if right - left < 0.05:
            continue
        seconds = ((piece.ends or now) - piece.begins).total_seconds()
        look = "parked" if stay.state is State.ERROR else "waits" if piece.waits else "works"
        if stay.goes_back and look == "works":
            look += " rejected"
        if piece.ends is None:
            look += " going"
        thin = not stay.is_phase and stay.state is not State.ERROR
        y, height = (_middle(stay) + ROW / 2 - 3, 6) if thin else (_middle(stay) - BAR / 2, BAR)
        said = f", waits for {piece.waits}" if piece.waits else ""
        title = f"{stay.state.value.replace('_', ' ')} {stay.run if stay.run > 1 else ''}".strip()
        label = duration(seconds) if right - left > 9 and not thin else ""
        found.append(Bar(*_rounded(left, y, right - left), height, look, f"{title}: {duration(seconds)}{said}", label))
    return found


def _links(stays: Sequence[Stay], scale: _Scale) -> list[Link]:
    found: list[Link] = []
    rounds = 0
    for before, after in pairwise(stays):
        if _row(before) == _row(after) and not before.goes_back:
            continue
        x = round(scale.span(after.pieces[0])[0], 3)
        rounds += before.goes_back
        title = f"{before.ended_by}: {before.state.value} to {after.state.value}".replace("_", " ")
        look = "back" if before.ended_by == "rework" else "back person" if before.goes_back else "on"
        back = rounds if before.goes_back else 0
        found.append(Link(x, _middle(before), _middle(after), back, look, title))
    return found


def _shared(seconds: Sequence[float], least: Sequence[float]) -> tuple[list[float], bool]:
    """Widths in proportion to ``seconds``, each at least ``least``; and whether one had to be widened."""
    fixed: set[int] = set()
    while True:
        room = _WIDTH - sum(least[number] for number in fixed)
        whole = sum(span for number, span in enumerate(seconds) if number not in fixed)
        rate = room / whole if whole > 0 else 0.0
        narrow = {number for number, span in enumerate(seconds) if number not in fixed and span * rate < least[number]}
        if not narrow:
            return [least[n] if n in fixed else span * rate for n, span in enumerate(seconds)], bool(fixed)
        fixed |= narrow


def _row(stay: Stay) -> int:
    return PHASES.index(stay.phase)


def _middle(stay: Stay) -> float:
    return TOP + _row(stay) * ROW + ROW / 2


def _rounded(*numbers: float) -> tuple[float, float, float]:
    x, y, width = (round(number, 3) for number in numbers)
    return x, y, width


def _label(seconds: float) -> str:
    if seconds == 0:
        return "0"
    return duration(timedelta(seconds=seconds).total_seconds()).replace(".0 s", " s")
