"""Beats: what is worth telling of a journal, before it is known how often it came, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.story.wording import ordinal

_TOLD_EACH = 2


@dataclass(frozen=True, slots=True)
class Beat:
    """Somebody did something: ``who`` as the sentence begins, and ``did``.

    ``named`` says that ``who`` is somebody's own name, whose letters stay. ``again`` is what the beat is one more of:
    of many only the last is told, with how many there were, and what is ``routine`` between them is left out.
    ``opens`` and ``closes`` name a wait: the beat that closes it takes the place of the one that opened it.
    """

    who: str
    did: str
    entries: tuple[int, ...]
    named: bool = False
    again: str = ""
    routine: bool = False
    opens: str = ""
    closes: str = ""
    times: int = 0

    @property
    def text(self) -> str:
        """The whole, without its full stop."""
        before = f"for the {ordinal(self.times)} time, " if self.times else ""
        said = f"{before}{self.who} {self.did}"
        return said if self.named and not before else said[:1].upper() + said[1:]


def told(beats: Sequence[Beat]) -> list[Beat]:
    """``beats`` with what came again and again told once."""
    left_out: set[int] = set()
    counted: dict[int, Beat] = {}
    for again in dict.fromkeys(beat.again for beat in beats if beat.again):
        places = [place for place, beat in enumerate(beats) if beat.again == again]
        if len(places) <= _TOLD_EACH:
            continue
        *earlier, last = places
        left_out.update(earlier)
        left_out.update(place for place in range(earlier[0], last) if beats[place].routine)
        entries = dict.fromkeys(entry for place in places for entry in beats[place].entries)
        counted[last] = replace(beats[last], entries=tuple(entries), times=len(places))
    return [counted.get(place, beat) for place, beat in enumerate(beats) if place not in left_out]
