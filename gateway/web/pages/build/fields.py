"""The fields of dialogs. A name with dots is a place in the JSON that is sent; ``*`` spreads an object."""

from collections.abc import Iterator
from dataclasses import dataclass

from baton.domain.ledger import amount
from baton.domain.view import BuildView
from baton.domain.vocabulary import LimitName, Phase


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``kind``: ``text``, ``long``, ``number``, ``flag`` (yes or no), ``choice``, ``json`` or ``hidden``."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


REASON = Field("reason", "Reason", "long", required=True, hint="told to the roles, and kept in the journal")

_BUDGETS = {
    LimitName.REWORK_ROUNDS: "Rework rounds",
    LimitName.PHASE_RUNS: "Phase runs",
    LimitName.REQUESTS: "Model requests",
    LimitName.TOKENS: "Tokens",
    LimitName.MONEY: "Cost in US dollars",
    LimitName.WALL_CLOCK: "Time in seconds",
}
_JUDGED = {
    Phase.TESTING: (
        Field("phase_result.tests_run", "Tests run", "number", required=True),
        Field("phase_result.tests_failed", "Of those failed", "number", required=True, value="0"),
        Field("phase_result.test_coverage", "Coverage in percent", "number", hint="85, not 0.85"),
    ),
    Phase.VERIFICATION: (
        Field("phase_result.approved_for_deployment", "Approved for deployment", "flag", required=True),
    ),
    Phase.DEPLOYMENT: (Field("phase_result.deployment_successful", "Deployment successful", "flag", required=True),),
}


def hidden(name: str, value: str) -> Field:
    """What is sent along."""
    return Field(name, "", "hidden", value)


def optional_reason() -> Field:
    """A reason that may be left out."""
    return Field("reason", "Reason", "long", hint="may be left empty")


def report_fields(phase: Phase | None) -> tuple[Field, ...]:
    """What a report of ``phase`` is made of; to take a handoff nothing is needed."""
    if phase is None:
        return (Field("phase_result.note", "Note", "long", hint="may be left empty"),)
    return (
        Field("phase_result.summary", "Summary", "text", hint="one line for people"),
        *_JUDGED.get(phase, ()),
        *((Field("phase_result.commit", "Commit", "text"),) if phase is Phase.IMPLEMENTATION else ()),
        Field("phase_result.*", "Further fields, as JSON", "json", hint='findings, output, …: {"findings": ["…"]}'),
    )


def budgets(view: BuildView) -> tuple[Field, ...]:
    """A field for each limit that there is."""
    return tuple(_budgets(view))


def _budgets(view: BuildView) -> Iterator[Field]:
    for name, label in _BUDGETS.items():
        maximum = view.maximum(name)
        if maximum is not None:
            yield Field(f"limits.{name.value}", label, "number", hint=f"now {amount(maximum)}")
