"""What a handoff carries: derived from the entry that makes it, so that it is written down once."""

from typing import Any

from baton.domain.facts import FACTS, RetryRequested, RolledBack, StateAdvanced
from baton.domain.journal import Entry
from baton.domain.vocabulary import EntryKind

_KEPT_BACK = {"usage", "verdict", "questions", "attempts", "base"}


def handed_on(report: dict[str, Any]) -> dict[str, Any]:
    """What of a journaled report the next role gets: all but its bookkeeping."""
    return {name: value for name, value in report.items() if name not in _KEPT_BACK}


def makes_handoff(entry: Entry) -> bool:
    """Whether ``entry`` passes the work from one role to another, or at the end to nobody."""
    if entry.kind is EntryKind.STATE_ADVANCED:
        return bool(entry.data["from_role"] != entry.data.get("to_role"))
    return entry.kind is EntryKind.ROLLED_BACK or (
        entry.kind is EntryKind.RETRY_REQUESTED and "from_role" in entry.data
    )


def handed_over(entry: Entry) -> dict[str, Any] | None:
    """The data of the handoff that ``entry`` makes, or ``None`` when it makes none.

    Forward: what the report hands on. For rework, besides that, the reason, and the gate's findings with the report's
    own. For a rollback: the reason and the commit; for a retry: the reason.
    """
    if not makes_handoff(entry):
        return None
    fact = FACTS[entry.kind].model_validate(entry.data)
    if isinstance(fact, RolledBack):
        return {"reason": fact.reason, "commit": fact.commit}
    if isinstance(fact, RetryRequested):
        return {"reason": fact.reason}
    assert isinstance(fact, StateAdvanced)
    data = handed_on(fact.report or {})
    if fact.reason:
        findings = [finding.model_dump(mode="json", exclude_defaults=True) for finding in fact.findings]
        data |= {"reason": fact.reason, "findings": [*findings, *data.get("findings", [])]}
    return data
