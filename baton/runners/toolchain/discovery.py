"""Discovery: read the request; ask when it does not say how one knows that it is done."""

from baton.domain.reports import PhaseReport, Question
from baton.domain.steps import PhaseOrder
from baton.runners.toolchain.brief import Brief, criteria, read_brief
from baton.runners.toolchain.markdown import listed

QUESTION_ID = "acceptance-criteria"


def discover(order: PhaseOrder) -> PhaseReport:
    """Report the brief, or a question. Raises RequestUnusable."""
    brief = brief_of(order)
    if not brief.acceptance_criteria:
        return ask(brief)
    counted = (
        _count(len(brief.acceptance_criteria), "acceptance criterion", "acceptance criteria"),
        _count(len(brief.requirements), "requirement", "requirements"),
        _count(len(brief.constraints), "constraint", "constraints"),
    )
    return PhaseReport(summary=f"{brief.title}: {', '.join(counted)}", output=brief.model_dump(mode="json"))


def brief_of(order: PhaseOrder) -> Brief:
    """The request's brief; without criteria in it, those that a person answered with."""
    brief = read_brief(order.request.title, order.request.requirements)
    answers = [question.answer for question in order.answers if question.id == QUESTION_ID and question.answer]
    if brief.acceptance_criteria or not answers:
        return brief
    return brief.model_copy(update={"acceptance_criteria": criteria(listed(answers[-1]))})


def ask(brief: Brief) -> PhaseReport:
    """A report that asks for the acceptance criteria."""
    text = (
        f"How will we know that {brief.title!r} is done? The request has no acceptance criteria. "
        "Answer with a list, one criterion in each line."
    )
    return PhaseReport(
        summary="The request has no acceptance criteria", questions=(Question(id=QUESTION_ID, text=text),)
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
