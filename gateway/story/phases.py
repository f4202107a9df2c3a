"""What roles did: phases that passed, work that went back, phases that could not be done, questions."""

from collections.abc import Iterator, Sequence

from baton.domain.evidence import Finding, Severity
from baton.domain.facts import PhaseFailed, QuestionAnswered, QuestionAsked, StateAdvanced
from baton.domain.grounds import Grounds, criteria_of
from baton.domain.journal import Entry
from baton.domain.moves import MoveKind
from baton.domain.reports import PhaseReport
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, Phase
from gateway.story.beats import Beat
from gateway.story.plain import line
from gateway.story.wording import counted, joined, place, quoted, the_role, who, words

_COMMIT = 8
_FINDING = 200


def phase_ended(fact: StateAdvanced, entry: Entry, view: BuildView) -> Beat:
    """A phase passed, or sent the work back; ``view`` is the build right before."""
    phase = Phase(fact.from_state.value)
    report = PhaseReport.model_validate(fact.report or {})
    if fact.move is MoveKind.REWORK:
        did = f"sent the work back to {place(fact.to_state)}: {_why_back(fact, report, view)}"
        return _by(entry, did, again=f"{phase.value} sent the work back")
    did = _PASSED[phase](report, view) + _attempts(report)
    return _by(entry, did, routine=True)


def failed(fact: PhaseFailed, entry: Entry) -> Beat:
    """A phase could not be done, and the build was parked."""
    findings = PhaseReport.model_validate(fact.report or {}).findings
    grave = [finding for finding in findings if finding.severity is Severity.ERROR and finding.message != fact.message]
    tried = f", after {len(fact.attempts)} attempts" if len(fact.attempts) > 1 else ""
    did = f"could not go on, and the build was parked{tried}: {line(fact.message, 2 * _FINDING)} ({fact.code})"
    did = ". ".join(filter(None, [did, _first_of(grave)]))
    return Beat(fact.phase.value, did, (entry.sequence,), again=f"{fact.phase.value} {fact.code}")


def asked(fact: QuestionAsked, entry: Entry) -> Beat:
    """A role needs to know something."""
    questions = joined([f"{line(one.id, 40)}, {quoted(one.text)}" for one in fact.questions])
    return _by(entry, f"asked {questions}", again=f"{fact.phase.value} asked")


def answered(fact: QuestionAnswered, entry: Entry, view: BuildView) -> Beat:
    """A question got its answer, or time took it away."""
    name = line(fact.question_id, 40)
    if fact.assumed:
        role = the_role(view.current_role) if view.current_role is not None else "the role"
        did = f"answered {name} in time, so {role} goes on with what is most likely"
        return Beat("nobody", did, (entry.sequence,), routine=True)
    return _by(entry, f"answered {name}: {quoted(fact.answer)}", routine=True)


def _by(entry: Entry, did: str, *, again: str = "", routine: bool = False) -> Beat:
    named = entry.actor.kind in (ActorKind.PERSON, ActorKind.AGENT)
    return Beat(who(entry.actor), did, (entry.sequence,), named=named, again=again, routine=routine)


def _why_back(fact: StateAdvanced, report: PhaseReport, view: BuildView) -> str:
    grounds = Grounds.of(view)
    gates = [line(one.message, _FINDING) for one in fact.findings if one.severity is Severity.ERROR]
    held = [finding for finding in report.findings if grounds.holds(finding)]
    return ". ".join(filter(None, ["; ".join(gates), _first_of(held)])) or line(fact.reason, _FINDING)


def _first_of(findings: Sequence[Finding]) -> str:
    """The first finding, with what it rests on, and how many more there are; nothing of none."""
    if not findings:
        return ""
    first = findings[0]
    message = (first.message.strip().splitlines() or [""])[0]
    rests = [line(one, 120) for one in (first.criterion, first.evidence) if one and line(one) not in line(message)]
    on = f" ({joined(rests)})" if rests else ""
    more = f", and {counted(len(findings) - 1, 'more finding')}" if len(findings) > 1 else ""
    return f"{quoted(message)}{on}{more}"


def _understood(report: PhaseReport, _: BuildView) -> str:
    return "understood the request" + _listed(
        report, "acceptance_criteria", "acceptance criterion", "acceptance criteria"
    )


def _planned(report: PhaseReport, _: BuildView) -> str:
    return "planned the work" + _listed(report, "steps", "step", "steps")


def _listed(report: PhaseReport, key: str, one: str, many: str) -> str:
    found = report.output.get(key)
    return f" ({counted(len(found), one, many)})" if isinstance(found, list) else ""


def _implemented(report: PhaseReport, view: BuildView) -> str:
    mended = view.feedback is not None and view.feedback.findings
    done = "mended it" if mended else "wrote the code"
    commit = f" in commit {line(report.commit)[:_COMMIT]}" if report.commit else ""
    return done + commit + _summary(report)


def _tested(report: PhaseReport, view: BuildView) -> str:
    told = list(_measured(report, view))
    return "let it pass" + (f": {', '.join(told)}" if told else _summary(report))


def _measured(report: PhaseReport, view: BuildView) -> Iterator[str]:
    if report.tests_run is not None:
        yield counted(report.tests_run, "test") + (", none failed" if report.tests_failed == 0 else "")
    elif report.all_tests_passed:
        yield "all tests passed"
    if report.test_coverage is not None:
        yield f"{report.test_coverage:g} % covered"
    if criteria := criteria_of(view):
        proven = sum(1 for name in criteria if report.proofs.get(name))
        yield f"{proven} of {counted(len(criteria), 'criterion', 'criteria')} proven"


def _verified(report: PhaseReport, _: BuildView) -> str:
    checks = [line(one.name, 40) for one in report.evidence]
    if not checks:
        return "approved it for deployment" + _summary(report)
    grave = sum(1 for finding in report.findings if finding.severity is Severity.ERROR)
    found = f"{counted(grave, 'error')}, {counted(len(report.findings) - grave, 'warning')}"
    return f"approved it for deployment after {joined(checks)}: {found}"


def _released(report: PhaseReport, _: BuildView) -> str:
    checks = joined([line(one.name, 40) for one in report.evidence])
    return "released it" + (f" after {checks}" if checks else "") + _summary(report)


_PASSED = {
    Phase.DISCOVERY: _understood,
    Phase.PLANNING: _planned,
    Phase.IMPLEMENTATION: _implemented,
    Phase.TESTING: _tested,
    Phase.VERIFICATION: _verified,
    Phase.DEPLOYMENT: _released,
}


def _summary(report: PhaseReport) -> str:
    return f": {quoted(report.summary)}" if report.summary else ""


def _attempts(report: PhaseReport) -> str:
    """What it took, when it took more than one attempt."""
    if len(report.attempts) < 2:
        return ""
    failures = joined(list(dict.fromkeys(words(one.failure) for one in report.attempts if one.failure)))
    return f", in {len(report.attempts)} attempts" + (f" (before that: {line(failures, 80)})" if failures else "")
