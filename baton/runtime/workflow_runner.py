"""Runs workflow code never ahead of the clock, and without Temporal's sandbox.

A query can reach a worker with events in its history that no workflow task has taken up yet: it was sent when there
were none, and waited for a worker. Temporal's core has the workflow take up these events at once, so that the query
is answered with the latest, at the time of the workflow task before, which may be hours ago. When their own task comes,
the worker goes on from there; every later replay takes them up at that task's time. Whatever a workflow makes of
`workflow.now()` or of the length of its history then differs between the worker and the replay, and a journal with
times in it forks. So such an activation is failed: the worker drops the workflow from its memory, the one who asked
is told to ask again, and nothing is written into the history.

The sandbox imports a workflow's module anew for each build and guards what that module does, but nothing that it passes
through: of Baton's, everything but one module. Lint and the rules on imports keep clocks, chance and the world outside
out of all of them, and tests replay recorded histories in the sandbox.

For every payload of a workflow task the SDK asks the workflow what the payload belongs to: to an activity, to another
workflow, or to itself. Baton's converter and its stores want to know the workflow alone, and its workflows talk to no
other one; so the answer is made once.
"""

import logging
from collections.abc import Callable
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext, StorageDriverWorkflowInfo, WorkflowSerializationContext
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.workflow import Info

from baton.contracts.names import ASK_AGAIN

_MILLISECOND = 1_000_000
_TELLS_OF_FAILURES = "temporalio.worker._workflow"

Activate = Callable[[WorkflowActivation], WorkflowActivationCompletion]


class AheadOfTheClock(Exception):
    """Events are to be taken up before the workflow task that takes them up."""


class PunctualWorkflowRunner(UnsandboxedWorkflowRunner):
    """For `Worker(workflow_runner=...)` of workflows that keep times."""

    def __init__(self) -> None:
        """From then on a worker's log keeps quiet about questions that came too early."""
        logging.getLogger(_TELLS_OF_FAILURES).addFilter(_is_news)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance whose activations are looked at first."""
        instance = super().create_instance(det)
        # Set on the instance: a wrapper class would have to know all methods of every version of the SDK.
        said = {"activate": _punctual(instance.activate), **_belonging_to(det.info)}
        for name, method in said.items():
            setattr(instance, name, method)
        return instance


def _belonging_to(info: Info) -> dict[str, Callable[[Any], Any]]:
    """What a workflow says of its payloads, by the names of the methods."""
    of = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)
    target = StorageDriverWorkflowInfo(
        id=info.workflow_id, run_id=info.run_id, type=info.workflow_type, namespace=info.namespace
    )
    kept_for = StorageDriverStoreContext(target=target)
    return {"get_serialization_context": lambda _: of, "get_external_store_context": lambda _: kept_for}


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a worker's failure is one: a question that came too early is not, and who asked was told."""
    return not (record.exc_info and isinstance(record.exc_info[1], AheadOfTheClock))


def _punctual(activate: Activate) -> Activate:
    seen: tuple[int, int] | None = None

    def activate_in_time(activation: WorkflowActivation) -> WorkflowActivationCompletion:
        nonlocal seen
        moment, length = activation.timestamp.ToNanoseconds(), activation.history_length
        # Each workflow task starts at a time of its own: more history at the same time is history without a task.
        # Not so where time is counted in whole milliseconds, as the time-skipping test server does.
        fine = moment % _MILLISECOND != 0
        if seen is not None and fine and not activation.is_replaying and moment == seen[0] and length > seen[1]:
            raise AheadOfTheClock(ASK_AGAIN)
        seen = moment, length
        return activate(activation)

    return activate_in_time
