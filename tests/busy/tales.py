"""Builds told by the domain itself, with times as they really are."""

from datetime import datetime, timedelta
from typing import Any

from baton.domain.commands import Command
from baton.domain.reports import parse_report
from baton.domain.terms import RoleTerms, Terms
from baton.domain.vocabulary import Phase, Role, State
from tests.busy.reports import FAILED_TESTS, FIRST_COMMIT, REPORTS
from tests.journals import Story, request, terms

_SECONDS = {
    Phase.DISCOVERY: 95,
    Phase.PLANNING: 160,
    Phase.IMPLEMENTATION: 1_260,
    Phase.TESTING: 140,
    Phase.VERIFICATION: 75,
    Phase.DEPLOYMENT: 50,
}


class Tale(Story):
    """A build whose phases take as long as they do, and report what they would."""

    pace = 1.0

    def phase(self, result: dict[str, Any] | None = None) -> "Tale":
        """Perform the phase that is next, handoffs before it included."""
        while (state := self.build.view.current_state).value.startswith("handoff"):
            self.step()
        phase = Phase(state.value)
        self.at += timedelta(seconds=_SECONDS[phase] * self.pace)
        report = dict(REPORTS[phase] if result is None else result)
        if result is None and phase is Phase.IMPLEMENTATION and self.build.view.phases[phase].runs == 1:
            report["commit"] = FIRST_COMMIT
        if report.get("commit") and phase is not Phase.IMPLEMENTATION:
            report["commit"] = self.build.view.commit
            report["evidence"] = [one | {"commit": self.build.view.commit} for one in report.get("evidence", [])]
        self.step(parse_report(report))
        return self

    def phases(self, last: Phase) -> "Tale":
        """Phases up to and with ``last``."""
        while self.build.view.current_state is not State.COMPLETE:
            before = self.build.view.current_state
            while before.value.startswith("handoff"):
                self.step()
                before = self.build.view.current_state
            self.phase()
            if before.value == last.value:
                break
        return self

    def say(self, command: Command) -> "Tale":
        """Somebody gives a command."""
        self.tell(command)
        return self

    def later(self, **span: float) -> "Tale":
        """Time passes."""
        self.at += timedelta(**span)
        return self


def tale(build_id: str, at: datetime, **given: Any) -> Tale:
    """A build that has just opened. Fields of a request, and terms, may be given, and a ``pace`` below or above 1."""
    pace = given.pop("pace", 1.0)
    wanted = {name: given.pop(name) for name in ("project_id", "user_id", "title", "requirements") if name in given}
    told = Tale.begin(request(build_id, **wanted), at=at, **given)
    assert isinstance(told, Tale)
    told.pace = pace
    return told


def reworked(build_id: str, at: datetime, **given: Any) -> Tale:
    """Failed tests send the work back once."""
    told = tale(build_id, at, **given).phases(Phase.IMPLEMENTATION)
    return told.phase(FAILED_TESTS)


def by_hand(*roles: Role) -> Terms:
    """Terms in which ``roles`` are played by hand."""
    plain = terms()
    return plain.model_copy(
        update={"roles": {**plain.roles, **{role: RoleTerms(runner="manual", manual=True) for role in roles}}}
    )
