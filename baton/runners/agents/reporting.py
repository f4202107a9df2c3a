"""The report in what an agent said at its end, or why there is none.

Writing code is reported by the code: the last message, whatever it is, becomes the summary. In the other phases the
message holds the report as a JSON object. What an agent can say about itself stands in ``_SAYS``: what was executed,
who worked and what it cost is for Baton to say.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.command_report import parsed
from baton.runners.failures import ReportUnreadable
from baton.runners.llm.agreed import agreed_brief
from baton.runners.quoting import blotted, last_lines
from baton.workshop.plain import plain

_SUMMARY = 1_000
_SAYS: dict[Phase, frozenset[str]] = {
    Phase.DISCOVERY: frozenset({"verdict", "summary", "output", "questions"}),
    Phase.PLANNING: frozenset({"verdict", "summary", "output", "questions"}),
    Phase.IMPLEMENTATION: frozenset({"verdict", "summary", "output", "questions", "proofs"}),
    Phase.TESTING: frozenset({"verdict", "summary", "output", "findings"}),
    Phase.VERIFICATION: frozenset({"verdict", "summary", "output", "findings"}),
}
_CLAIMS = frozenset({"build_id", "number"})
_FENCE = re.compile(r"^```(?:json)?[ \t]*$", re.MULTILINE)
_MOST_TRIED = 1_000


def report_in(order: PhaseOrder, agent: str, message: str, secrets: Sequence[str]) -> PhaseReport:
    """The report for ``order`` in ``message``, the last that ``agent`` said.

    Raises ReportUnreadable when there is none, more than one, or one for another build, and ReportTooLarge.
    """
    message = blotted(message, secrets)
    names = _SAYS[order.phase]
    told = [value for value in _objects(message, alone=order.phase is Phase.IMPLEMENTATION) if names & value.keys()]
    if len(told) > 1:
        raise ReportUnreadable(
            f"{agent!r} gave {len(told)} reports in its last message; it is to give one. It said:",
            last_lines(message.encode()),
        )
    if told:
        said = {name: value for name, value in told[0].items() if name in names | _CLAIMS}
        report = parsed(order, agent, "its last message", said)
        # The claims were checked, and say nothing more.
        report = PhaseReport.model_validate(report.model_dump(exclude=set(_CLAIMS), exclude_unset=True))
    elif order.phase is Phase.IMPLEMENTATION:
        report = PhaseReport(summary=plain(message, _SUMMARY) or f"Written by {agent}; it said nothing at its end")
    else:
        raise ReportUnreadable(
            f"{agent!r} ended well and gave no report: its last message holds no JSON object with any of "
            f"{', '.join(sorted(names))}. It said:",
            last_lines(message.encode()),
        )
    return _complete(order, agent, report)


def _objects(text: str, *, alone: bool) -> Iterator[dict[str, Any]]:
    """The JSON objects in ``text``, the outermost of each; with ``alone`` only when there is nothing else in it."""
    text = _FENCE.sub("", text).strip()
    if alone and not (text.startswith("{") and text.endswith("}")):
        return
    decoder, position = json.JSONDecoder(), text.find("{")
    for _ in range(_MOST_TRIED):
        if position < 0:
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            yield value
        position = text.find("{", end)


def _complete(order: PhaseOrder, agent: str, report: PhaseReport) -> PhaseReport:
    """Discovery ends with criteria, and planning with steps, unless they ask or refuse. The plan gets the brief."""
    wanted = {Phase.DISCOVERY: "acceptance_criteria", Phase.PLANNING: "steps"}.get(order.phase)
    if wanted is None or report.questions or report.verdict is not None:
        return report
    if not report.output.get(wanted):
        raise ReportUnreadable(f"{agent!r} gave a report without {wanted} in its 'output', and without questions")
    if order.phase is Phase.PLANNING:
        return report.model_copy(update={"output": {**agreed_brief(order).model_dump(mode="json"), **report.output}})
    return report
