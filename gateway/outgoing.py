"""A command on its way to a build, and what a build's refusal of it means."""

from typing import Any

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from baton.domain.commands import Advance, Command
from baton.domain.jsonvalue import canonical
from baton.domain.vocabulary import RefusalCode
from baton.runtime.secret_shapes import masked_value
from gateway.endings import not_opened
from gateway.errors import BuildNotOpened, CommandRefused

_MOST_BYTES = 1_000_000


def message_of(command: Command) -> dict[str, Any]:
    """``command`` as it is sent: a report without what looks like a secret.

    Raises CommandRefused (``report_too_large``).
    """
    message = command.model_dump(mode="json")
    if isinstance(command, Advance):
        message["result"] = masked_value(message["result"])
    size = len(canonical(message))
    if size > _MOST_BYTES:
        raise CommandRefused(
            RefusalCode.REPORT_TOO_LARGE,
            f"{command.name.value} has {size:,} bytes; at most {_MOST_BYTES:,} can be sent. "
            "Put large things into the workspace and report their commit",
        )
    return message


def refusal(build_id: str, error: WorkflowUpdateFailedError) -> CommandRefused | BuildNotOpened:
    """What to raise for a failed update."""
    cause = error.cause
    if (failed := not_opened(build_id, cause)) is not None:
        return failed
    if isinstance(cause, ApplicationError):
        return CommandRefused(cause.type or "failed", cause.message)
    return CommandRefused("failed", str(cause))
