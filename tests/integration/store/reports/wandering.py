"""Builds to which anything may happen, by chance: work, rework, questions, failures, decisions, time."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from baton.domain.evidence import Usage
from baton.domain.moves import HANDOFFS, PHASES
from baton.domain.refusals import Refusal
from baton.domain.steps import Compensate, Perform
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import Role
from tests.unit.domain.driver import GOOD, START, Driver, make_request, make_terms

_PLAYERS: tuple[dict[str, str], ...] = (
    {},
    {"runner": "agent", "program": "coder", "model": "m-large"},
    {"runner": "llm", "model": "m-small"},
)


class Wanderer(Driver):
    """One build, and the dice that decide what happens to it."""

    def __init__(self, chance: Random, number: int) -> None:
        project = chance.choice(["shop", "ledger", 'it\'s "quoted"'])
        asked = make_request(build_id=f"w-{number}", project_id=project, user_id=chance.choice(["anna", "bo"]))
        super().__init__(_terms(chance), asked, START + timedelta(days=chance.randrange(20), seconds=number))
        self._chance = chance

    def begin_as_fork(self, origin: Driver) -> None:
        """Begin anew as a fork of ``origin``, in a phase that it has begun."""
        own = origin.view.forked_from
        first = 0 if own is None else PHASES.index(own.phase)
        begun = [phase for phase in PHASES[first:] if origin.view.phases[phase].runs]
        try:
            fork = origin.fork(self._chance.choice(begun), build_id=self.view.build_id)
        except Refusal:  # what a fork of a fork took along, it has not begun
            return
        self.now, self.build, self.entries = fork.now, fork.build, fork.entries

    def wander(self, moves: int) -> "Wanderer":
        """So many things happen, or fewer where the build ends before."""
        acts: list[tuple[int, Callable[[], object]]] = [
            (60, self._well),
            (8, self._time),
            (8, self._with_flaws),
            (6, self._badly),
            (6, self._decide),
            (1, self._end),
        ]
        for _ in range(moves):
            if self.view.ended:
                break
            self.now += timedelta(microseconds=self._chance.choice([0, 1, 999_999, 61_000_000]))
            (act,) = self._chance.choices([act for _, act in acts], [weight for weight, _ in acts])
            try:
                act()
            except Refusal:
                continue
        return self

    def _well(self) -> None:
        view = self.view
        if view.parked is not None:
            self.retry()
        elif view.paused:
            self.send("resume")
        elif view.open_questions:
            self.send("answer", question_id=view.open_questions[0].id, answer="yes")
        elif self._at_work:
            self._report({})
        else:
            self.step()

    def _time(self) -> None:
        self.pass_time(seconds=self._chance.choice([0.5, 30, 400, 4000]))

    def _with_flaws(self) -> None:
        flaws: list[dict[str, Any]] = [
            {"tests_failed": 1, "findings": [{"message": "no", "evidence": "test_a"}]},
            {"verdict": "rejected", "findings": [{"message": "no", "criterion": "AC-1"}], "tree": "7ee"},
            {"questions": ["which?", {"id": "q9", "text": "why?"}, {"id": "q9", "text": "why, again?"}]},
            {"questions": ["which?"]},
        ]
        if self._at_work:
            self._report(self._chance.choice(flaws))

    def _badly(self) -> None:
        step = self.build.next_step()
        if isinstance(step, Compensate):
            self.undo(succeeded=False)
        elif isinstance(step, Perform):
            usage = self._chance.choice([None, Usage(requests=1, input_tokens=7)])
            self.keep(self.build.fail(step.order.number, "runner_failed", "no disk", self.now, usage=usage))

    def _decide(self) -> None:
        target = self._chance.choice(PHASES)
        view = self.view
        commands: list[tuple[str, dict[str, Any]]] = [
            ("rollback", {"target_state": target, "expected_state": view.current_state, "reason": "back"}),
            ("request_retry", {"expected_state": view.current_state, "reason": "again"}),
            ("refuse", {"expected_state": view.current_state, "reason": "no"}),
            ("pause", {}),
            ("waive", {"finding_id": f"compensation-{_undoing(view)}", "reason": "by hand"}),
            ("extend_limits", {"limits": {"tokens": None}}),
        ]
        name, fields = self._chance.choice(commands)
        self.send(name, **fields)

    def _end(self) -> None:
        if self._chance.random() < 0.5:
            self.keep(self.build.cancel("not needed", self.now))
        else:
            self.send("abandon", expected_state=self.view.current_state, reason="enough")

    @property
    def _at_work(self) -> bool:
        waiting = self.view.waiting_for
        by_hand = waiting is not None and waiting.kind == "report" and self.view.current_state not in HANDOFFS
        return by_hand or isinstance(self.build.next_step(), Perform)

    def _report(self, flaws: dict[str, Any]) -> None:
        usage = self._chance.choice([None, {"requests": 2, "input_tokens": 9, "output_tokens": 3, "cost_usd": 0.1}])
        unpriced = {"output_tokens": 5}
        told = {"usage": self._chance.choice([usage, unpriced]), "player": self._chance.choice(_PLAYERS)}
        state = self.view.current_state
        report = GOOD[next(phase for phase in PHASES if phase.state is state)] | told | flaws
        if self.view.waiting_for is None:
            self.report(**report)
        else:
            self.advance(result={name: value for name, value in report.items() if value is not None})


def _undoing(view: BuildView) -> str:
    return view.compensating[0].phase.value if view.compensating else "nothing"


def _terms(chance: Random) -> Terms:
    soon = chance.choice([None, timedelta(minutes=5)])
    approval = {"deadline": soon, "on_deadline": chance.choice(["refuse", "approve"])}
    limits = chance.choice([{}, {}, {"rework_rounds": 1}, {"phase_runs": 7}, {"tokens": 40}, {"wall_clock": 3000}])
    return make_terms(
        manual=chance.sample(list(Role), chance.choice([0, 0, 2])),
        limits=limits,
        undone=chance.choice([(), tuple(PHASES)]),
        approvals={state: approval for state in HANDOFFS if chance.random() < 0.3},
        answer_deadline=soon,
        on_unanswered=chance.choice(["park", "assume"]),
    )


def builds(chance: Random, number: int) -> list[Wanderer]:
    """So many of them, most of which get far; some are forks of those before."""
    made: list[Wanderer] = []
    for index in range(number):
        build = Wanderer(chance, index)
        if made and chance.random() < 0.4:
            build.begin_as_fork(chance.choice(made))
        made.append(build.wander(chance.choice([1, 12, 40, 60])))
    return made
