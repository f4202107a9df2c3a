"""What a worker serves: the builds themselves, and the roles."""

from collections.abc import Sequence
from enum import StrEnum

from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, role_queue
from baton.domain.vocabulary import Role


class Duty(StrEnum):
    """One thing that a worker can do; each has a task queue of its own."""

    ORCHESTRATOR = "orchestrator"  # carries builds, reads profiles, writes the mirror
    NOTIFIER = "notifier"  # sends webhooks; these two alone have the database
    Q_ASSISTANT = Role.Q_ASSISTANT.value
    CODE_WRITER = Role.CODE_WRITER.value
    TEST_AUDITOR = Role.TEST_AUDITOR.value
    VERIFICATION_OVERSEER = Role.VERIFICATION_OVERSEER.value
    RELEASE_MANAGER = Role.RELEASE_MANAGER.value

    @property
    def queue(self) -> str:
        """The task queue on which it is done."""
        match self:
            case Duty.ORCHESTRATOR:
                return BUILDS_QUEUE
            case Duty.NOTIFIER:
                return NOTICES_QUEUE
            case _:
                return role_queue(Role(self.value))

    @property
    def plays_a_role(self) -> bool:
        """Whether it is a role's, which needs no database."""
        return self not in (Duty.ORCHESTRATOR, Duty.NOTIFIER)


def queues(duties: Sequence[Duty]) -> list[str]:
    """The task queues of ``duties``."""
    return [duty.queue for duty in duties]
