"""What a runner's report may say of itself. The rest only Baton says, whoever reports."""

from typing import Any

from baton.domain.grounds import COMPENSATION, WAIVABLE
from baton.domain.refusals import Refusal
from baton.domain.reports import Finding, PhaseReport, clean_result
from baton.domain.steps import PhaseOrder
from baton.domain.terms import RoleTerms
from baton.domain.vocabulary import Phase, RefusalCode
from baton.runners.failures import ReportTooLarge, ReportUnreadable

_JUDGING = frozenset({Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT})
_KEPT_FOR_APPROVERS = (WAIVABLE, COMPENSATION)


def checked(report: Any) -> PhaseReport:
    """The report, if it is one that the workflow can take: runners from outside may return anything."""
    try:
        return PhaseReport.model_validate(clean_result(report.to_json()))
    except (AttributeError, Refusal, TypeError, ValueError) as error:
        if isinstance(error, Refusal) and error.code is RefusalCode.REPORT_TOO_LARGE:
            raise ReportTooLarge(error.message) from error
        raise ReportUnreadable(f"the runner returned no report: {str(error)[:1000]}") from error


def admitted(report: PhaseReport, order: PhaseOrder, role: RoleTerms) -> PhaseReport:
    """``report`` without what a runner cannot know or must not decide.

    - ``commit``, ``tree``, ``base`` and ``attempts`` are Baton's to say, ``player.runner`` is the profile's.
    - ``compensations`` count for the order's own phase, and from a role whose runner can undo it.
    - A finding that approvers can waive is raised by a phase that judges. From another, such an ID is there to have
      waived, under a harmless text, what a judging phase will find later.
    """
    undone = [one for one in report.compensations if one.phase is order.phase and order.phase in role.compensates]
    return report.model_copy(
        update={
            "commit": None,
            "tree": None,
            "base": None,
            "attempts": (),
            "compensations": tuple(undone),
            "player": report.player and report.player.model_copy(update={"runner": role.runner}),
            "findings": tuple(_finding(one, order) for one in report.findings),
        }
    )


def _finding(finding: Finding, order: PhaseOrder) -> Finding:
    if order.phase in _JUDGING or not finding.id.startswith(_KEPT_FOR_APPROVERS):
        return finding
    return finding.model_copy(update={"id": f"{order.role.value}-{finding.id}"})
