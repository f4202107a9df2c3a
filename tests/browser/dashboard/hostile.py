"""A build that was asked for, reported and answered by somebody who means no good."""

from datetime import datetime
from typing import Any

from baton.domain.commands import Refuse
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import Phase, State
from tests.busy.reports import FAILED_TESTS
from tests.busy.tales import Tale, tale
from tests.journals import ANNA

SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
TEMPLATE = "{{ 7 * 7 }}{% raw %}"
BIDI = "\u202egnp.exe\u2066"
ESCAPES = "\x1b[31mred\x1b[0m\x1b]0;title\x07"
UNBROKEN = "x" * 200
ALL = f"{SCRIPT} {TEMPLATE} {BIDI} {ESCAPES} {UNBROKEN}"

BUILD_ID = "hostile"
TITLE = f"{SCRIPT} {TEMPLATE} {BIDI} " + "y" * 60


def hostile(at: datetime) -> Tale:
    """The build: sent back once, then refused."""
    gate: dict[str, Any] = {"approvals": {State.HANDOFF_TO_RELEASER: ApprovalTerms()}}
    told = tale(BUILD_ID, at, project_id=f"{SCRIPT}/../{UNBROKEN}"[:200], title=TITLE[:200], user_id=BIDI, **gate)
    criteria = [{"id": f"AC-{SCRIPT}", "text": ALL}]
    told.phase({"summary": ALL, "output": {"acceptance_criteria": criteria, SCRIPT: ALL}})
    told.phase({"summary": ALL, "output": {"steps": [ALL]}}).phase({"summary": ALL, "commit": SCRIPT[:40]})
    told.phase(_failed()).phases(Phase.VERIFICATION)
    return told.say(Refuse(actor=ANNA, expected_state=State.HANDOFF_TO_RELEASER, reason=ALL))


def _failed() -> dict[str, Any]:
    finding = {"id": SCRIPT, "message": ALL, "criterion": f"AC-{SCRIPT}", "evidence": UNBROKEN, "path": ALL, "line": 1}
    evidence = {"name": ALL, "command": [ALL, UNBROKEN], "exit_code": 1, "tools": {SCRIPT: ALL}, "sandbox": ALL}
    return FAILED_TESTS | {"summary": ALL, "findings": [finding], "evidence": [evidence], "proofs": {SCRIPT: [ALL]}}
