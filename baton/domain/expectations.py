"""Who is to act next on a build, on what, and what it waits for: derived from the rest of the view."""

import shlex

from baton.domain.moves import OWNERS, phase_of
from baton.domain.view import LIMIT_CODE, BuildView, Expectation, Parked, Waiting
from baton.domain.vocabulary import Role, State, Status

TASKS: dict[State, str] = {
    State.DISCOVERY: "Understand the request: requirements, acceptance criteria, constraints; ask what is unclear.",
    State.PLANNING: "Plan the work: steps, files, and the commands that test it.",
    State.HANDOFF_TO_CODER: "Take over the plan.",
    State.IMPLEMENTATION: "Write the code and its tests, and mend every finding that came back.",
    State.HANDOFF_TO_TESTER: "Take over the commit to be tested.",
    State.TESTING: "Run the tests, measure their coverage, and report both.",
    State.HANDOFF_TO_VERIFIER: "Take over the tested commit.",
    State.VERIFICATION: "Check the evidence, lint and scan the code, and approve or reject it for deployment.",
    State.HANDOFF_TO_RELEASER: "Take over the verified commit.",
    State.DEPLOYMENT: "Make the release, check it, and deliver it.",
    State.COMPLETE: "Nothing: the build is complete.",
    State.ERROR: "A person decides: retry, roll back, cancel or abandon.",
    State.CANCELLED: "Nothing: the build was cancelled.",
}
"""What is to be done in each state, in one sentence."""


def refresh(view: BuildView) -> None:
    """Set ``current_role``, ``status``, ``waiting_for`` and ``next_expectations`` from the other fields."""
    view.current_role = OWNERS.get(view.current_state)
    view.waiting_for = None if view.ended else _waiting(view)
    view.status = _status(view)
    view.next_expectations = _expectation(view)


def _expectation(view: BuildView) -> Expectation:
    if view.outcome is Status.FAILED:
        return Expectation(role=view.current_role, task="Nothing: the build was given up.")
    if view.compensating and view.parked is None and not view.ended:
        phase = view.compensating[0].phase
        return Expectation(role=OWNERS[phase.state], task=f"Undo what {phase.value} did outside the workspace.")
    return Expectation(role=view.current_role, task=TASKS[view.current_state])


def _status(view: BuildView) -> Status:
    if view.outcome is not None:
        return view.outcome
    if view.current_state is State.ERROR:
        return Status.ERROR
    if view.paused:
        return Status.PAUSED
    return Status.WAITING if view.waiting_for is not None else Status.IN_PROGRESS


def _waiting(view: BuildView) -> Waiting | None:
    build = view.build_id
    if view.parked is not None:
        return Waiting(
            kind="decision",
            what=f"{view.parked.message}. {view.parked.what_next}",
            command=_way_on(view.parked, build),
        )
    if view.paused:
        return Waiting(kind="resume", what="The build is paused.", command=f"starter.py resume {build}")
    if view.pending_approval is not None:
        approvers = view.pending_approval.approvers
        return Waiting(
            kind="approval",
            what=f"{view.pending_approval.state.value} needs an approval by {' or '.join(approvers) or 'a person'}.",
            who=list(approvers),
            command=f"starter.py approve {build}",
            deadline=view.pending_approval.deadline,
        )
    if questions := view.open_questions:
        return Waiting(
            kind="answer",
            what=" ".join(f"{question.id}: {question.text}" for question in questions),
            command=f"starter.py answer {build} {shlex.quote(questions[0].id)} ANSWER",
            deadline=view.answer_deadline,
        )
    role = view.current_role if not view.compensating else None
    if role is not None and view.terms.role(role).manual:
        return _report(view, role)
    return None


def _way_on(parked: Parked, build: str) -> str:
    if parked.code.startswith(LIMIT_CODE):
        return f"starter.py extend-limits {build} --limit {parked.code.removeprefix(LIMIT_CODE)}=MORE"
    return f"starter.py request-retry {build} --reason WHY"


def _report(view: BuildView, role: Role) -> Waiting:
    state = view.current_state
    result = " --result FILE" if phase_of(state) is not None else ""
    return Waiting(
        kind="report",
        what=f"{role.value} is played by hand: {TASKS[state]}",
        who=[role.value],
        command=f"starter.py advance {view.build_id} --role {role.value} --state {state.value}{result}",
    )
