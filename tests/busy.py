"""A busy mirror: builds of several projects in every status, told by the domain itself, with times as they really are.

``python -m tests.busy DATABASE_URL [COUNT]`` fills a database with some, or with ``COUNT`` plain ones more.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from baton.domain.commands import Command, Pause, Refuse
from baton.domain.reports import parse_report
from baton.domain.terms import ApprovalTerms, RoleTerms, Terms
from baton.domain.vocabulary import Phase, Role, State
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.journals import ANNA, Story, request, terms

COMMIT = "9f2c41d07be35a8866c9d1e4a70b5523ff01c3aa"
FIRST_COMMIT = "3b7e0c92a4d15f86e0217cc9b85d6a44c0a9e871"
CRITERIA = [
    {"id": "AC-1", "text": "Half a cent goes to the even neighbour"},
    {"id": "AC-2", "text": "An amount keeps its currency when it is rounded"},
    {"id": "AC-3", "text": "Rounding twice changes nothing"},
    {"id": "AC-4", "text": "A currency without cents is rounded to whole units"},
]
PROOFS = {
    "AC-1": ["tests/test_rounding.py::test_half_goes_to_even", "tests/test_rounding.py::test_negative_half"],
    "AC-2": ["tests/test_money.py::test_the_currency_is_kept"],
    "AC-3": ["tests/test_rounding.py::test_twice_is_once"],
    "AC-4": ["tests/test_money.py::test_yen_have_no_cents"],
}
_SANDBOX = "bubblewrap 0.8"

REPORTS: dict[Phase, dict[str, Any]] = {
    Phase.DISCOVERY: {
        "summary": "Rounding to even for all currencies: 4 acceptance criteria",
        "output": {"acceptance_criteria": CRITERIA, "constraints": ["no floats"]},
        "usage": {"requests": 3, "input_tokens": 18_400, "output_tokens": 1_250, "cost_usd": 0.074},
    },
    Phase.PLANNING: {
        "summary": "5 steps, one for each criterion and one for the docs",
        "output": {"steps": ["Rounding on decimals", "Currency table", "Idempotence", "Whole units", "Docs"]},
        "usage": {"requests": 4, "input_tokens": 26_100, "output_tokens": 2_480, "cost_usd": 0.115},
    },
    Phase.IMPLEMENTATION: {
        "summary": "Rounding moved to decimals; a table of currencies; 14 tests",
        "commit": COMMIT,
        "tree": "77ab01",
        "player": {"runner": "agent", "program": "coding agent", "version": "2.1", "model": "large-1"},
        "usage": {"requests": 41, "input_tokens": 512_300, "output_tokens": 31_900, "cost_usd": 2.015},
    },
    Phase.TESTING: {
        "summary": "14 tests, 0 failed, coverage 96.4 %, 4/4 proven",
        "commit": COMMIT,
        "all_tests_passed": True,
        "tests_run": 14,
        "tests_failed": 0,
        "test_coverage": 96.4,
        "proofs": PROOFS,
        "evidence": [
            {
                "name": "tests",
                "command": ["python", "-m", "pytest", "--junitxml=junit.xml"],
                "exit_code": 0,
                "duration_seconds": 6.2,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "counts": {"tests": 14, "failed": 0},
                "tools": {"pytest": "8.4.1", "coverage": "7.9.1"},
            }
        ],
    },
    Phase.VERIFICATION: {
        "summary": "0 errors, 1 warning of ruff, bandit, dilution",
        "commit": COMMIT,
        "approved_for_deployment": True,
        "findings": [
            {
                "id": "ruff-1",
                "message": "Line too long (124 > 120)",
                "severity": "warning",
                "evidence": "E501",
                "path": "src/money/currency.py",
                "line": 41,
            }
        ],
        "evidence": [
            {
                "name": "ruff",
                "command": ["ruff", "check", "src"],
                "exit_code": 1,
                "duration_seconds": 0.2,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "tools": {"ruff": "0.12.0"},
            },
            {
                "name": "bandit",
                "command": ["bandit", "-r", "src"],
                "exit_code": 0,
                "duration_seconds": 0.9,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "tools": {"bandit": "1.8.5"},
            },
        ],
    },
    Phase.DEPLOYMENT: {
        "summary": "money-1.4.0.tar.gz released: 23 files, tag money-1.4.0",
        "commit": COMMIT,
        "deployment_successful": True,
        "output": {"archive": "money-1.4.0.tar.gz", "version": "1.4.0", "sha256": "5f1d" * 16},
        "evidence": [
            {
                "name": "tests of the release",
                "command": ["python", "-m", "pytest"],
                "exit_code": 0,
                "duration_seconds": 6.4,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
            }
        ],
    },
}
FAILED_TESTS: dict[str, Any] = REPORTS[Phase.TESTING] | {
    "summary": "14 tests, 2 failed, coverage 94.1 %, 2/4 proven",
    "commit": FIRST_COMMIT,
    "all_tests_passed": False,
    "tests_failed": 2,
    "test_coverage": 94.1,
    "proofs": {name: PROOFS[name] for name in ("AC-2", "AC-4")},
    "findings": [
        {
            "id": "t-1",
            "message": "AssertionError: 2.5 became 3, not 2",
            "criterion": "AC-1",
            "evidence": "tests/test_rounding.py::test_half_goes_to_even",
            "path": "tests/test_rounding.py",
            "line": 18,
        },
        {
            "id": "t-2",
            "message": "AssertionError: rounding twice moved 0.05",
            "criterion": "AC-3",
            "evidence": "tests/test_rounding.py::test_twice_is_once",
            "path": "tests/test_rounding.py",
            "line": 44,
        },
    ],
    "evidence": [REPORTS[Phase.TESTING]["evidence"][0] | {"exit_code": 1, "commit": FIRST_COMMIT}],
}
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
        if phase is Phase.IMPLEMENTATION and self.build.view.phases[phase].runs == 1:
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


def scene(now: datetime) -> Iterator[Tale]:
    """Some builds of three projects, in every status, the oldest first."""
    gate: dict[str, Any] = {"approvals": {State.HANDOFF_TO_RELEASER: ApprovalTerms(deadline=timedelta(hours=4))}}
    hand: dict[str, Any] = {"roles": by_hand(Role.VERIFICATION_OVERSEER).roles}
    refused = tale(
        "ledger-export", now - timedelta(days=2), project_id="ledger", title="Export postings as CSV", **gate
    )
    refused.phases(Phase.VERIFICATION).later(hours=1)
    yield refused.say(Refuse(actor=ANNA, expected_state=State.HANDOFF_TO_RELEASER, reason="Not before the audit"))
    yield reworked("rounding", now - timedelta(days=1, hours=3), title="Round half to even").phases(Phase.DEPLOYMENT)
    yield tale("invoices-pdf", now - timedelta(hours=22), project_id="invoices", title="Invoices as PDF").phases(
        Phase.DEPLOYMENT
    )
    asked = tale("limits-api", now - timedelta(hours=5), project_id="ledger", user_id="ben", title="Limits over REST")
    yield asked.phase(
        {
            "summary": "Two things are unclear",
            "questions": [
                {"id": "Q-1", "text": "Are limits counted per account or per customer?"},
                {"id": "Q-2", "text": "What is answered when a limit is reached: 403 or 409?"},
            ],
        }
    )
    manual = tale(
        "ledger-audit", now - timedelta(hours=4), project_id="ledger", title="Audit trail of postings", **hand
    )
    yield manual.phases(Phase.TESTING)
    waiting = reworked("money-1-4", now - timedelta(hours=3), title="Release 1.4: currencies without cents", **gate)
    yield waiting.phases(Phase.VERIFICATION)
    paused = tale("search", now - timedelta(hours=2), project_id="invoices", title="Search invoices by amount")
    yield paused.phases(Phase.PLANNING).say(Pause(actor=ANNA, reason="Wait for the new schema"))
    yield reworked("vat-2027", now - timedelta(minutes=70), project_id="invoices", user_id="cy", title="VAT rates 2027")
    yield tale("fx-rates", now - timedelta(minutes=4), title="Daily exchange rates").phase()


def write(engine: Engine, told: Story) -> None:
    """Into the mirror."""
    Mirror(engine).write(told.batch())


def many(engine: Engine, count: int, now: datetime, *, seed: int = 7) -> None:
    """``count`` builds of some weeks."""
    dice = random.Random(seed)
    projects = ["payments", "ledger", "invoices", "identity", "search"]
    for number in range(count):
        at = now - timedelta(minutes=dice.uniform(10, 60_000))
        make = reworked if dice.random() < 0.35 else tale
        told = make(
            f"b-{number:05}",
            at,
            pace=dice.lognormvariate(0, 0.6),
            project_id=dice.choice(projects),
            user_id=dice.choice(["anna", "ben", "cy", "dora"]),
            title=f"Build number {number}",
        )
        last = dice.choices([*Phase], weights=[1, 1, 2, 2, 2, 40])[0]
        if last.value in {phase.value for phase in Phase if phase not in told.build.view.completed_phases}:
            told.phases(last)
        write(engine, told)


if __name__ == "__main__":
    _engine = open_engine(sys.argv[1])
    schema.upgrade(_engine)
    _now = datetime.now(UTC)
    for _told in scene(_now):
        write(_engine, _told)
    many(_engine, int(sys.argv[2]) if len(sys.argv) > 2 else 0, _now)
