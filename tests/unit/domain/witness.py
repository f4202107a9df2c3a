"""Follows a journal entry by entry, and holds each against the rules without asking the build."""

from typing import Any

from baton.domain.gates import judge
from baton.domain.journal import Entry
from baton.domain.moves import HANDOFFS, MOVES, ORDER, MoveKind
from baton.domain.reports import PhaseReport
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, State

GATED = (State.TESTING, State.VERIFICATION, State.DEPLOYMENT)


class Witness:
    """Follows the journal entry by entry and knows nothing of the build but what the entries say."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.state = State.DISCOVERY
        self.parked_from = State.DISCOVERY
        self.approved = False
        self.paused = False

    def see(self, entry: Entry, before: BuildView) -> None:
        """Check one entry against the view ``before`` it."""
        data = entry.data
        match entry.kind:
            case EntryKind.STATE_ADVANCED:
                self._move(State(data["from_state"]), State(data["to_state"]), MoveKind(data["move"]))
                if data["move"] == MoveKind.FORWARD:
                    self._forward(State(data["from_state"]), data.get("report"), before.commit)
                assert not before.open_questions, "a phase ended over its open questions"
            case EntryKind.RETRY_REQUESTED:
                here, there = State(data["from_state"]), State(data["to_state"])
                if here is State.ERROR:
                    self._resume(here, there)
                else:
                    assert self.state is here is there
            case EntryKind.ROLLED_BACK:
                here = State(data["from_state"])
                if here is not State.ERROR:
                    self._move(here, State.ERROR, MoveKind.PARK)
                    assert ORDER.index(State(data["to_state"])) < ORDER.index(here)
                self._resume(State.ERROR, State(data["to_state"]))
            case EntryKind.APPROVAL_GRANTED:
                assert data["state"] == self.state
                self.approved = True
            case EntryKind.APPROVAL_EXPIRED if data["outcome"] == "approve":
                assert data["state"] == self.state
                self.approved = True
            case EntryKind.APPROVAL_EXPIRED | EntryKind.PHASE_FAILED | EntryKind.APPROVAL_REFUSED:
                self._move(self.state, State.ERROR, MoveKind.PARK)
            case EntryKind.LIMIT_REACHED:
                self._move(self.state, State.ERROR, MoveKind.PARK)
            case EntryKind.PAUSED | EntryKind.RESUMED:
                self.paused = entry.kind is EntryKind.PAUSED
            case EntryKind.BUILD_COMPLETED:
                assert self.state is State.COMPLETE
            case EntryKind.BUILD_CANCELLED:
                self._move(self.state, State.CANCELLED, MoveKind.CANCEL)
            case EntryKind.BUILD_ABANDONED if self.state is not State.ERROR:
                self._move(self.state, State.ERROR, MoveKind.PARK)

    def _move(self, here: State, there: State, kind: MoveKind) -> None:
        assert self.state is here
        assert MOVES.get((here, there)) is kind
        if there is State.ERROR:
            self.parked_from = here
        if there in HANDOFFS:
            self.approved = False
        self.state = there

    def _resume(self, here: State, there: State) -> None:
        self._move(here, there, MoveKind.RESUME)
        assert ORDER.index(there) <= ORDER.index(self.parked_from), "error let the build skip something"

    def _forward(self, here: State, report: dict[str, Any] | None, commit: str | None) -> None:
        assert self.state in ORDER[1:]
        if here in GATED:
            assert report is not None
            assert not report.get("tests_failed")
            assert judge(Phase(here.value), PhaseReport.model_validate(report), self.terms, commit).passed
        if here in HANDOFFS:
            assert not self.paused, "a phase was begun while the build was paused"
            assert self.approved or here not in self.terms.approvals, "a handoff went on without its approval"
