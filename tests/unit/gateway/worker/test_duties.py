"""What a worker can serve."""

from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, role_queue
from baton.domain.vocabulary import Role
from gateway.worker.duties import Duty, queues


def test_there_is_a_duty_for_every_role_one_for_the_builds_and_one_for_what_is_told_of_them() -> None:
    assert list(Duty) == ["orchestrator", "notifier", *Role]
    assert [duty.value for duty in Duty if duty.plays_a_role] == [role.value for role in Role]


def test_every_duty_has_the_queue_that_the_workflow_sends_its_work_to() -> None:
    assert queues(list(Duty)) == [BUILDS_QUEUE, NOTICES_QUEUE, *(role_queue(role) for role in Role)]
