"""What a worker serves: the builds themselves, and the roles."""

from collections.abc import Sequence
from enum import StrEnum

from baton.contracts.names import BUILDS_QUEUE, role_queue
from baton.domain.vocabulary import Role


class Duty(StrEnum):
    """One thing that a worker can do; each has a task queue of its own."""

    ORCHESTRATOR = "orchestrator"  # carries builds, reads profiles, writes the mirror: the only one with a database
    Q_ASSISTANT = Role.Q_ASSISTANT.value
    CODE_WRITER = Role.CODE_WRITER.value
    TEST_AUDITOR = Role.TEST_AUDITOR.value
    VERIFICATION_OVERSEER = Role.VERIFICATION_OVERSEER.value
    RELEASE_MANAGER = Role.RELEASE_MANAGER.value

    @property
    def queue(self) -> str:
        """The task queue on which it is done."""
        return BUILDS_QUEUE if self is Duty.ORCHESTRATOR else role_queue(Role(self.value))


def queues(duties: Sequence[Duty]) -> list[str]:
    """The task queues of ``duties``."""
    return [duty.queue for duty in duties]
