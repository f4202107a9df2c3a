"""Turn what a model handed in into the report of its phase. What it must not decide it has no words for."""

from collections.abc import Callable, Iterator
from typing import Any

from baton.domain.reports import Finding, PhaseReport, Question, Severity
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.llm.agreed import agreed_brief
from baton.runners.llm.outputs import (
    Asked,
    DiscoveryOutput,
    Found,
    ImplementationOutput,
    PlanningOutput,
    ReviewOutput,
)

OUTPUTS: dict[Phase, type[Any]] = {
    Phase.DISCOVERY: DiscoveryOutput,
    Phase.PLANNING: PlanningOutput,
    Phase.IMPLEMENTATION: ImplementationOutput,
    Phase.TESTING: ReviewOutput,
    Phase.VERIFICATION: ReviewOutput,
}
"""What is handed in at the end of each phase that a model can do."""


def objections(order: PhaseOrder, output: Any) -> Iterator[str]:
    """What is wrong with ``output`` for this very order, to be told to the model."""
    known = {criterion.id for criterion in agreed_brief(order).acceptance_criteria}
    match output:
        case PlanningOutput() if not output.questions:
            named = {step.criterion for step in output.steps}
            if missing := sorted(known - named):
                yield f"no step serves {', '.join(missing)}; every acceptance criterion needs one"
            if unknown := sorted(named - known):
                yield f"there is no acceptance criterion {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        case ImplementationOutput():
            proven = {proof.criterion for proof in output.proofs if proof.tests}
            if unknown := sorted({proof.criterion for proof in output.proofs} - known):
                yield f"there is no acceptance criterion {', '.join(unknown)}; there are {', '.join(sorted(known))}"
            if (missing := sorted(known - proven)) and not output.notes:
                yield f"no test proves {', '.join(missing)}: name those that do, or say in 'notes' why there are none"


def report_of(order: PhaseOrder, output: Any) -> PhaseReport:
    """The report for ``order``."""
    return _REPORTS[type(output)](order, output)


def _discovered(order: PhaseOrder, output: DiscoveryOutput) -> PhaseReport:
    criteria, questions = len(output.acceptance_criteria), len(output.questions)
    told = f"{questions} questions" if questions else f"{criteria} acceptance criteria"
    return PhaseReport(
        summary=f"{output.title}: {told}",
        output=output.model_dump(mode="json", exclude={"questions"}),
        questions=_questions(output.questions),
    )


def _planned(order: PhaseOrder, output: PlanningOutput) -> PhaseReport:
    brief = agreed_brief(order).model_dump(mode="json")
    steps = [{"id": f"S-{number}", **step.model_dump(mode="json")} for number, step in enumerate(output.steps, start=1)]
    return PhaseReport(summary=output.summary, output={**brief, "steps": steps}, questions=_questions(output.questions))


def _written(order: PhaseOrder, output: ImplementationOutput) -> PhaseReport:
    proofs: dict[str, tuple[str, ...]] = {}
    for proof in output.proofs:
        proofs[proof.criterion] = (*proofs.get(proof.criterion, ()), *proof.tests)
    handed_on = {"notes": output.notes} if output.notes else {}
    return PhaseReport(summary=output.summary, output=handed_on, proofs=proofs)


def _reviewed(order: PhaseOrder, output: ReviewOutput) -> PhaseReport:
    """What was found, with the references as they were given: whoever checks the role knows which of them hold."""
    findings = [_finding(number, found) for number, found in enumerate(output.findings, start=1)]
    findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return PhaseReport(summary=output.summary, findings=tuple(findings))


def _finding(number: int, found: Found) -> Finding:
    return Finding(
        id=f"review-{number}",
        message=found.message,
        severity=Severity(found.severity),
        criterion=found.criterion,
        evidence=found.evidence or None,
        path=found.path or None,
        line=found.line,
    )


def _questions(asked: tuple[Asked, ...]) -> tuple[Question, ...]:
    return tuple(Question(id=question.id, text=question.text) for question in asked)


_REPORTS: dict[type[Any], Callable[[PhaseOrder, Any], PhaseReport]] = {
    DiscoveryOutput: _discovered,
    PlanningOutput: _planned,
    ImplementationOutput: _written,
    ReviewOutput: _reviewed,
}
