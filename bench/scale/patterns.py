"""True journals of many kinds of builds, folded once: the patterns that a million builds are made of.

In a pattern stand-ins hold the place of the build's ID, its project, its user and its title.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from baton.domain.commands import Abandon, Answer, Approve, Pause, RequestRetry, Rollback
from baton.domain.steps import Perform
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import Phase, Role, State
from baton.store.proof.wanted import WantedRows, wanted_rows
from tests.busy.reports import FAILED_TESTS, REPORTS
from tests.busy.tales import Tale, by_hand, tale
from tests.journals import ANNA

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BUILD, PROJECT, USER, TITLE = "stand-in-build", "stand-in-project", "stand-in-user", "stand-in-title"

_GATE: dict[str, Any] = {"approvals": {State.HANDOFF_TO_RELEASER: ApprovalTerms(deadline=timedelta(hours=8))}}
_PLAYERS: tuple[dict[str, str], ...] = (
    {"runner": "agent", "program": "coding agent", "version": "2.1", "model": "large-1"},
    {"runner": "agent", "program": "other agent", "version": "0.9", "model": "large-2"},
    {"runner": "llm", "model": "small-1"},
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of build. ``ended`` and ``running`` say how frequent it is among those that have, and those that run."""

    name: str
    rows: WantedRows
    ended: int
    running: int


def _short(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what no list and no report from SQL reads, so that a million builds find room."""
    told = {name: value for name, value in report.items() if name not in ("proofs", "output")}
    if evidence := told.get("evidence"):
        kept = ("name", "exit_code", "duration_seconds", "commit")
        told["evidence"] = [{name: one[name] for name in kept} for one in evidence]
    if criteria := report.get("output", {}).get("acceptance_criteria"):
        told["output"] = {"acceptance_criteria": criteria[:2]}
    return told


class _Telling:
    """A build that is told phase by phase, played by one of the players."""

    def __init__(self, player: int, **given: Any) -> None:
        names = {"project_id": PROJECT, "user_id": USER, "title": TITLE}
        self.tale: Tale = tale(BUILD, BEGAN, **names, **given)
        self._player = player

    def phase(self, report: dict[str, Any] | None = None) -> "_Telling":
        """The phase that is next, with this report or the one that it would have."""
        self._perform(report)
        return self

    def phases(self, last: Phase = Phase.DEPLOYMENT) -> "_Telling":
        """The phases up to and with ``last``."""
        while self._perform() is not last:
            pass
        return self

    def sent_back(self, test: str = "test_half") -> "_Telling":
        """On to testing, in which this one fails."""
        evidence = [dict(FAILED_TESTS["evidence"][0])]
        findings = [FAILED_TESTS["findings"][0] | {"evidence": f"tests/test_rounding.py::{test}"}]
        return self.phases(Phase.IMPLEMENTATION).phase(FAILED_TESTS | {"evidence": evidence, "findings": findings})

    def _perform(self, report: dict[str, Any] | None = None) -> Phase:
        while (state := self.tale.build.view.current_state).value.startswith("handoff"):
            self.tale.step()
        phase = Phase(state.value)
        told = _short(REPORTS[phase] if report is None else report)
        if used := told.get("usage"):
            told["usage"] = used | {"cost_usd": round(used["cost_usd"] * (1 + 0.7 * self._player), 4)}
            told["player"] = _PLAYERS[self._player]
        if phase is Phase.IMPLEMENTATION:
            told["commit"] = f"{len(self.tale.entries):02}" * 20
            told["tree"] = f"7a{len(self.tale.entries):02}"
        if phase is Phase.TESTING and report is not None and "evidence" in report:
            told["commit"] = told["evidence"][0]["commit"] = self.tale.build.view.commit
        self.tale.phase(told)
        return phase

    def fails(self) -> "_Telling":
        """The role cannot do its phase: the build is parked."""
        self.tale.later(minutes=20)
        while not isinstance(step := self.tale.build.next_step(), Perform):
            self.tale.step()
        self.tale.entries += self.tale.build.fail(step.order.number, "runner_failed", "no space left", self.tale.at)
        return self

    def says(self, kind: type[Any], **given: Any) -> "_Telling":
        """After some hours somebody gives a command."""
        if "expected_state" in kind.model_fields:
            given |= {"expected_state": self.tale.build.view.current_state}
        self.tale.later(hours=3).say(kind(actor=ANNA, **given))
        return self

    def cancelled(self) -> "_Telling":
        """The workflow is cancelled."""
        self.tale.later(minutes=5)
        self.tale.entries += self.tale.build.cancel("not needed any more", self.tale.at)
        return self


_ASKS = {"summary": "One thing is unclear", "questions": [{"id": "Q-1", "text": "Per account or per customer?"}]}
_AGAIN = {"reason": "there is space again"}
_BACK = {"target_state": Phase.IMPLEMENTATION, "reason": "look again"}

_TALES: dict[str, tuple[int, int, dict[str, Any], Callable[[_Telling], _Telling]]] = {
    "straight": (18, 0, {}, lambda told: told.phases()),
    "sent back": (28, 0, {}, lambda told: told.sent_back().phases()),
    "sent back twice": (13, 0, {}, lambda told: told.sent_back().sent_back("test_even").phases()),
    "approved": (10, 0, _GATE, lambda told: told.phases(Phase.VERIFICATION).says(Approve).phases()),
    "sent back, approved": (
        *(14, 0, _GATE),
        lambda told: told.sent_back().phases(Phase.VERIFICATION).says(Approve).phases(),
    ),
    "asked": (5, 0, {}, lambda told: told.phase(_ASKS).says(Answer, question_id="Q-1", answer="account").phases()),
    "failed once": (
        *(5, 0, {}),
        lambda told: told.phases(Phase.PLANNING).fails().says(RequestRetry, **_AGAIN).phases(),
    ),
    "rolled back": (3, 0, {}, lambda told: told.phases(Phase.TESTING).says(Rollback, **_BACK).phases()),
    "given up": (2, 0, {}, lambda told: told.sent_back().fails().says(Abandon, reason="too dear")),
    "cancelled": (2, 0, {}, lambda told: told.phases(Phase.PLANNING).cancelled()),
    "at work": (0, 50, {}, lambda told: told.phases(Phase.IMPLEMENTATION)),
    "at work again": (0, 15, {}, lambda told: told.sent_back()),
    "waits for approval": (0, 15, _GATE, lambda told: told.phases(Phase.VERIFICATION)),
    "waits for an answer": (0, 5, {}, lambda told: told.phase(_ASKS)),
    "parked": (0, 8, {}, lambda told: told.phases(Phase.PLANNING).fails()),
    "paused": (0, 3, {}, lambda told: told.phases(Phase.PLANNING).says(Pause, reason="later")),
    "by hand": (0, 4, {"roles": by_hand(Role.TEST_AUDITOR).roles}, lambda told: told.phases(Phase.IMPLEMENTATION)),
}
"""How frequent it is among builds that have ended and among those that run, its terms, and how it goes."""


def patterns() -> list[Pattern]:
    """All of them. Each kind is told with each of the players."""
    return [
        Pattern(f"{name} {player}", wanted_rows(make(_Telling(player, **given)).tale.entries), ended, running)
        for name, (ended, running, given, make) in _TALES.items()
        for player in range(len(_PLAYERS))
    ]
