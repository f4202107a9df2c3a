"""Writing entries: the only place where a build's journal grows."""

from datetime import datetime

from baton.domain.actors import Actor
from baton.domain.facts import Fact
from baton.domain.fold import evolve
from baton.domain.journal import Entry, Head, chained
from baton.domain.jsonvalue import MAX_DEPTH, clean
from baton.domain.view import BuildView


class Recorder:
    """Chains facts to a build's journal and keeps its view in step. One recorder serves one decision."""

    def __init__(self, view: BuildView | None, at: datetime, command_id: str | None = None) -> None:
        self._view = view
        self._command_id = command_id
        self.at = at
        self.entries: list[Entry] = []

    @property
    def view(self) -> BuildView:
        """The view after everything recorded so far."""
        if self._view is None:
            raise ValueError("nothing has been recorded yet")
        return self._view

    def record(self, fact: Fact, actor: Actor) -> None:
        """Append the entry for ``fact``."""
        head = Head() if self._view is None else self._view.head
        entry = chained(head, fact.kind, actor, self.at, clean(fact.to_json(), depth=2 * MAX_DEPTH), self._command_id)
        self._view = evolve(self._view, entry)
        self.entries.append(entry)
