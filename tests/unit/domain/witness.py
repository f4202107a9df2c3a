"""Follows a journal entry by entry, and holds each against the rules without asking the build."""

from typing import Any

from baton.domain.build import Build
from baton.domain.gates import judge
from baton.domain.grounds import Grounds
from baton.domain.journal import Entry
from baton.domain.moves import HANDOFFS, MOVES, ORDER, MoveKind
from baton.domain.reports import Finding, PhaseReport, Severity
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, State
from tests.unit.domain.undoing_witness import UndoingWitness

GATED = (State.TESTING, State.VERIFICATION, State.DEPLOYMENT)
REPORTING = (EntryKind.STATE_ADVANCED, EntryKind.PHASE_FAILED, EntryKind.QUESTION_ASKED)


class Witness:
    """Follows the journal entry by entry and knows nothing of the build but what the entries say."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.state = State.DISCOVERY
        self.parked_from = State.DISCOVERY
        self.approved = False
        self.paused = False
        self.settled: set[int] = set()
        self.waived: set[str] = set()
        self.criteria: dict[State, set[str]] = {}
        self.sent_back: dict[State, tuple[str, frozenset[str]]] = {}
        self.undoings = UndoingWitness(terms)

    def see(self, entry: Entry, before: BuildView) -> None:
        """Check one entry against the view ``before`` it."""
        self._hear(entry, before)
        self.undoings.see(entry, before)
        data = entry.data
        match entry.kind:
            case EntryKind.STATE_ADVANCED:
                here = State(data["from_state"])
                self._move(here, State(data["to_state"]), MoveKind(data["move"]))
                if data["move"] == MoveKind.FORWARD:
                    self._forward(here, data.get("report"), before.commit)
                else:
                    self._back(here, data.get("report") or {}, data.get("findings", []))
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
            case EntryKind.PHASE_COMPENSATED if not data["succeeded"]:
                self._move(self.state, State.ERROR, MoveKind.PARK)
            case EntryKind.PAUSED | EntryKind.RESUMED:
                self.paused = entry.kind is EntryKind.PAUSED
            case EntryKind.BUILD_COMPLETED:
                assert self.state is State.COMPLETE
            case EntryKind.BUILD_CANCELLED:
                self._move(self.state, State.CANCELLED, MoveKind.CANCEL)
            case EntryKind.BUILD_ABANDONED if self.state is not State.ERROR:
                self._move(self.state, State.ERROR, MoveKind.PARK)

    def look_ahead(self, build: Build) -> None:
        """See what the workflow would begin now."""
        self.undoings.look_ahead(build)

    def _hear(self, entry: Entry, before: BuildView) -> None:
        """Remember what the entry tells of orders, criteria and waivers."""
        if entry.kind in REPORTING and entry.data.get("from_state", self.state) not in HANDOFFS:
            self.settled.add(before.ledger.phase_runs)
            told = entry.data.get("report")
            if told is not None:
                lists = (told.get("acceptance_criteria"), told.get("output", {}).get("acceptance_criteria"))
                known = [one for listed in lists if isinstance(listed, list) for one in listed if isinstance(one, dict)]
                self.criteria[self.state] = {one["id"] for one in known if isinstance(one.get("id"), str)}
        if entry.kind is EntryKind.FINDING_WAIVED:
            assert entry.actor.kind == "person"
            assert not self.terms.waivers or entry.actor.id in self.terms.waivers
            if entry.data["finding_id"].startswith("dilution-"):
                assert entry.data["finding_id"] not in self.waived, "a finding was waived twice"
                self.waived.add(entry.data["finding_id"])

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
            taken = PhaseReport.model_validate(report)
            known = self._known()
            grounds = Grounds(frozenset(known), frozenset(self.waived), opinions_count=self.terms.rules == 1)
            assert judge(Phase(here.value), taken, self.terms, commit, grounds).passed
            assert not self._held(taken.findings), "the build went forward over a finding with grounds"
        if here in HANDOFFS:
            assert not self.paused, "a phase was begun while the build was paused"
            assert self.approved or here not in self.terms.approvals, "a handoff went on without its approval"

    def _back(self, here: State, report: dict[str, Any], found: list[Any]) -> None:
        """The same tree is not sent back for the same findings twice."""
        findings = (*map(Finding.model_validate, found), *PhaseReport.model_validate(report).findings)
        tree, held = report.get("tree"), frozenset(self._held(findings))
        if self.terms.rules > 1 and here in GATED and tree is not None:
            assert self.sent_back.get(here) != (tree, held), "rework went on that leads nowhere"
        self.sent_back.pop(here, None)
        if tree is not None:
            self.sent_back[here] = (tree, held)

    def _known(self) -> set[str]:
        return self.criteria.get(State.DISCOVERY, set()) | self.criteria.get(State.PLANNING, set())

    def _held(self, findings: tuple[Finding, ...]) -> list[str]:
        """What the grave findings that nobody has waived rest on."""
        known, held = self._known(), []
        for finding in findings:
            criterion, evidence = (finding.criterion or "").strip(), (finding.evidence or "").strip()
            if finding.severity is Severity.WARNING or finding.id in self.waived:
                continue
            if evidence or (criterion and (criterion in known or not known)):
                held.append(evidence or criterion)
        return held
