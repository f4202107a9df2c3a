"""What came of a program that takes back what a phase did outside the workspace."""

from collections.abc import Sequence

from baton.domain.attempts import Compensation
from baton.domain.reports import Evidence
from baton.domain.steps import CompensationOrder
from baton.runners.quoting import last_lines
from baton.workshop.sandbox import CommandResult


def compensation_of(
    order: CompensationOrder, command: Sequence[str], program: str, result: CommandResult, secrets: Sequence[str]
) -> Compensation:
    """Exit code 0 is success. Any other end is a failure, told with the program's last lines."""
    succeeded = result.exit_code == 0 and not result.timed_out
    if succeeded:
        message = f"{program!r} has undone {order.phase.value}"
    else:
        how = "was stopped: its time was up" if result.timed_out else f"ended with exit code {result.exit_code}"
        quoted = last_lines(result.stderr, result.stdout, secrets=secrets)
        message = f"{program!r} {how}. Its last lines:\n{quoted}"
    evidence = Evidence(
        name="undo",
        command=tuple(command),
        exit_code=result.exit_code,
        duration_seconds=round(result.duration_seconds, 3),
        commit=order.commit,
        sandbox=result.sandbox,
    )
    return Compensation(phase=order.phase, succeeded=succeeded, message=message, evidence=(evidence,))
