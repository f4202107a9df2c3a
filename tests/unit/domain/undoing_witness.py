"""Follows what a journal says of undoing: what had to be undone, in what order, and that nothing is undone twice."""

from collections import Counter

from baton.domain.build import Build
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, PHASES, MoveKind, phase_of
from baton.domain.steps import Compensate, Perform
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase


class UndoingWitness:
    """Counts for each phase which run the workflow began last, and up to which run nothing is left."""

    def __init__(self, terms: Terms) -> None:
        self.pending: list[Phase] = []
        self._terms = terms
        self._begun: Counter[Phase] = Counter()
        self._clear: Counter[Phase] = Counter()
        self._failed = False
        self._tries: set[tuple[int, int, Phase]] = set()

    def see(self, entry: Entry, before: BuildView) -> None:
        """Check one entry."""
        data = entry.data
        match entry.kind:
            case EntryKind.ROLLED_BACK:
                passed = reversed(PHASES[PHASES.index(Phase(data["to_state"])) :])
                wanted = [phase for phase in passed if self._leaves(phase) and self._begun[phase] > self._clear[phase]]
                assert data.get("compensate", []) == wanted
                self.pending, self._failed = wanted, False
            case EntryKind.PHASE_COMPENSATED:
                assert data["phase"] == self.pending[0]
                self._failed = not data["succeeded"]
                if data["succeeded"]:
                    self._undone()
            case EntryKind.FINDING_WAIVED if data["finding_id"].startswith("compensation-"):
                assert self._failed, "what nobody has tried to undo was waived"
                assert data["finding_id"] == f"compensation-{self.pending[0].value}"
                self._failed = False
                self._undone()
            case EntryKind.STATE_ADVANCED | EntryKind.PHASE_FAILED | EntryKind.QUESTION_ASKED:
                assert not self.pending, "a phase ended while something was to be undone"
                self._own(entry, before)

    def look_ahead(self, build: Build) -> None:
        """Note what the workflow, or a role that is played by hand, begins now."""
        step, view = build.next_step(), build.view
        if isinstance(step, Compensate):
            order = step.order
            assert (order.phase, order.role) == (self.pending[0], OWNERS[order.phase.state])
            self._tries.add((order.number, order.run, order.phase))
        elif isinstance(step, Perform):
            self._begun[step.order.phase] = step.order.run_in_phase
        elif view.waiting_for is not None and view.waiting_for.kind == "report":
            phase = phase_of(view.current_state)
            if phase is not None:
                self._begun[phase] = view.phases[phase].runs

    def _leaves(self, phase: Phase) -> bool:
        return phase in self._terms.role(OWNERS[phase.state]).compensates

    def _undone(self) -> None:
        phase = self.pending.pop(0)
        assert self._begun[phase] > self._clear[phase], "a run was undone twice"
        self._clear[phase] = self._begun[phase]

    def _own(self, entry: Entry, before: BuildView) -> None:
        """What a phase says that it undid itself."""
        phase = phase_of(before.current_state)
        if phase is not None:  # by hand a phase may begin and end in one command
            self._begun[phase] = before.phases[phase].runs
        told = (entry.data.get("report") or {}).get("compensations", [])
        own = [one["succeeded"] for one in told if one["phase"] == phase]
        if phase is not None and own and all(own):
            self._clear[phase] = before.phases[phase].runs
        if not all(one["succeeded"] for one in told):
            assert entry.kind is EntryKind.PHASE_FAILED, f"{MoveKind.FORWARD} with something that is not undone"
