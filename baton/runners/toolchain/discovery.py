"""Discovery: read the request; ask when it does not say how one knows that it is done."""

from baton.domain.reports import PhaseReport, Question
from baton.domain.steps import PhaseOrder
from baton.runners.toolchain.brief import Brief, assuming, criteria, read_brief
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
    summary = " ".join([f"{brief.title}: {', '.join(counted)}", *aside(brief)])
    return PhaseReport(summary=summary, output=brief.model_dump(mode="json"))


def brief_of(order: PhaseOrder) -> Brief:
    """The request's brief; without criteria in it, those that a person answered with, or that had to be assumed.

    Raises RequestUnusable when nobody answered, and there is nothing to assume.
    """
    brief = read_brief(order.request.title, order.request.requirements)
    answers = [question for question in order.answers if question.id == QUESTION_ID and question.answer]
    if brief.acceptance_criteria or not answers:
        return brief
    if answers[-1].assumed:
        return assuming(brief)
    return brief.model_copy(update={"acceptance_criteria": criteria(listed(answers[-1].answer or ""))})


def ask(brief: Brief) -> PhaseReport:
    """A report that asks for the acceptance criteria."""
    text = (
        f"How will we know that {brief.title!r} is done? The request has no acceptance criteria. "
        "Answer with a list, one criterion in each line."
    )
    return PhaseReport(
        summary="The request has no acceptance criteria", questions=(Question(id=QUESTION_ID, text=text),)
    )


def aside(brief: Brief) -> list[str]:
    """What a summary says of what was assumed."""
    return [f"(assumed: {assumption})" for assumption in brief.assumptions]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
