"""What an agent has told so far: its output is read line by line, while it works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from baton.domain.reports import Usage

_LONGEST_LINE = 8 * 1024 * 1024


@dataclass
class Told:
    """What is known of a run. Empty texts: nothing was said of it.

    ``message`` is the last whole message of the model, ``error`` what the program gave as the reason of its failure.
    ``answers`` holds the usage of each answer of the model, by its ID, ``sum`` what the program says of all of them at
    its end. ``spent``: it stopped because it may not spend more. ``open``: pieces of ``message`` may follow.
    """

    session: str = ""
    model: str = ""
    message: str = ""
    error: str = ""
    cost_usd: float | None = None
    answers: dict[str, Usage] = field(default_factory=dict)
    sum: Usage | None = None
    open: bool = False
    spent: bool = False

    @property
    def usage(self) -> Usage | None:
        """What the run has used so far: the program's own sum when it has given one, else that of the answers."""
        if self.sum is not None:
            return self.sum
        if not self.answers:
            return None
        each = self.answers.values()
        return Usage(
            requests=len(each),
            input_tokens=sum(usage.input_tokens for usage in each),
            output_tokens=sum(usage.output_tokens for usage in each),
            cached_tokens=sum(usage.cached_tokens for usage in each),
            cost_usd=self.cost_usd,
        )


@dataclass
class Listener:
    """Cuts output into lines and has ``hear`` read each; calls ``changed`` when that may have taught something.

    A line that cannot be read is passed over: an agent's output is not trusted to have any form. One of more than
    8 MiB is dropped.
    """

    hear: Callable[[Told, str], None]
    changed: Callable[[Told], None]
    told: Told = field(default_factory=Told)
    _rest: bytearray = field(default_factory=bytearray)
    _dropping: bool = False

    def feed(self, chunk: bytes) -> None:
        """More of its output."""
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            self._line(bytes(self._rest) + line)
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > _LONGEST_LINE:
            self._dropping = True
            self._rest.clear()

    def close(self) -> Told:
        """Its output has ended."""
        if self._rest:
            self._line(bytes(self._rest))
            self._rest.clear()
        return self.told

    def _line(self, raw: bytes) -> None:
        if self._dropping:
            self._dropping = False
            return
        with unreadable():
            self.hear(self.told, raw.decode(errors="replace"))
        self.changed(self.told)


@contextmanager
def unreadable() -> Iterator[None]:
    """Passes over what has not the form that was expected of an agent: a part of it may have been understood."""
    with suppress(ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        yield
