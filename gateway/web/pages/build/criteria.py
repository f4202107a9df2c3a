"""What was asked for, point by point: which test proves it, and what was found against it, round by round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from baton.domain.evidence import Finding, Severity
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase
from gateway.web.pages.build.course import Told

_SAID_IN = (Phase.DISCOVERY, Phase.PLANNING)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and what became of it: ``open``, ``mended``, ``waived`` or ``noted``."""

    finding: Finding
    phase: Phase
    run: int
    entry: int
    by_gate: bool
    stands: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One acceptance criterion. ``stands``: ``proven``, ``open`` (something was found against it) or ``unproven``."""

    id: str
    text: str
    proofs: tuple[str, ...]
    found: list[Found]
    stands: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All criteria, and the findings that name none of them."""

    criteria: list[Criterion]
    others: list[Found]
    tested: bool

    @property
    def proven(self) -> int:
        """How many criteria a test proves."""
        return sum(1 for one in self.criteria if one.stands == "proven")

    @property
    def open(self) -> int:
        """How many findings hold the work."""
        found = [one for criterion in self.criteria for one in criterion.found] + self.others
        return sum(1 for one in found if one.stands == "open")


def judgement(view: BuildView, told: Sequence[Told]) -> Judgement:
    """What the reports so far say of each criterion."""
    found = list(_found(view, told))
    proofs = _proofs(view)
    texts = dict(_criteria(view))
    criteria = []
    for name, text in texts.items():
        own = [one for one in found if one.finding.criterion == name]
        proven = tuple(proofs.get(name, ()))
        hurt = any(one.stands == "open" for one in own)
        criteria.append(Criterion(name, text, proven, own, "open" if hurt else "proven" if proven else "unproven"))
    others = [one for one in found if one.finding.criterion not in texts]
    return Judgement(criteria, others, view.phases[Phase.TESTING].report is not None)


def _criteria(view: BuildView) -> Iterator[tuple[str, str]]:
    for phase in _SAID_IN:
        output = (view.phases[phase].report or {}).get("output")
        said = output.get("acceptance_criteria") if isinstance(output, dict) else None
        for one in said if isinstance(said, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield one["id"], str(one.get("text", ""))


def _proofs(view: BuildView) -> dict[str, list[str]]:
    proofs = (view.phases[Phase.TESTING].report or {}).get("proofs")
    return proofs if isinstance(proofs, dict) else {}


def _found(view: BuildView, told: Sequence[Told]) -> Iterator[Found]:
    """Every finding of every round once, the latest round of its phase first to say what became of it."""
    last = {one.phase: one for one in told}
    for one in told:
        latest = {_key(finding) for finding in _all(last[one.phase])}
        for finding in _all(one):
            if one is not last[one.phase] and _key(finding) in latest:
                continue  # told again in a later round
            stands = _stands(view, finding, one, latest=one is last[one.phase])
            yield Found(finding, one.phase, one.run, one.entry.sequence, finding in one.gate, stands)


def _stands(view: BuildView, finding: Finding, told: Told, *, latest: bool) -> str:
    if finding.id and finding.id in view.waived:
        return "waived"
    if finding.severity is Severity.WARNING:
        return "noted"
    return "open" if latest and told.sent_back else "noted" if latest else "mended"


def _all(told: Told) -> tuple[Finding, ...]:
    return (*told.gate, *told.report.findings)


def _key(finding: Finding) -> tuple[str, ...]:
    if finding.evidence or finding.criterion:
        return (finding.evidence or "", finding.criterion or "")
    return (finding.message,)
