"""What a finding rests on. An opinion that names neither a criterion nor executed evidence holds nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from baton.domain.evidence import Finding, Severity
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase

WAIVABLE = "dilution-"
"""How the ID of a finding begins that an approver may waive: tests or checks were weakened."""

COMPENSATION = "compensation-"
"""How the ID begins of what stands for a phase that could not be undone; the phase's name follows."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What findings are weighed by. Without known ``criteria`` every criterion that a finding names counts."""

    criteria: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    opinions_count: bool = False

    @classmethod
    def of(cls, view: BuildView) -> "Grounds":
        """The grounds in a build."""
        return cls(criteria=criteria_of(view), waived=view.waived, opinions_count=view.terms.rules < 2)

    def holds(self, finding: Finding) -> bool:
        """Whether ``finding`` sends the work back."""
        if finding.severity is not Severity.ERROR or finding.id in self.waived:
            return False
        return self.opinions_count or self._names_criterion(finding) or bool(_text(finding.evidence))

    def marks(self, findings: Iterable[Finding]) -> list[str]:
        """What tells the ``findings`` that hold from others, sorted.

        Opinions come in new words each time, and messages may hold times and addresses: neither counts.
        """
        held = (finding for finding in findings if self.holds(finding))
        return sorted({_text(one.evidence) or _text(one.criterion) or one.id or one.message for one in held})

    def _names_criterion(self, finding: Finding) -> bool:
        named = _text(finding.criterion)
        return bool(named) and (not self.criteria or named in self.criteria)


def criteria_of(view: BuildView) -> frozenset[str]:
    """The IDs of the acceptance criteria, as discovery and planning reported them."""
    found: set[str] = set()
    for phase in (Phase.DISCOVERY, Phase.PLANNING):
        report = view.phases[phase].report or {}
        for told in (report, report.get("output")):
            criteria = told.get("acceptance_criteria") if isinstance(told, dict) else None
            if isinstance(criteria, list):
                found |= {one["id"] for one in criteria if isinstance(one, dict) and isinstance(one.get("id"), str)}
    return frozenset(found)


def _text(value: str | None) -> str:
    return (value or "").strip()
