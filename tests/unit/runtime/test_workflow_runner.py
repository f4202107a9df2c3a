"""The runner of workflows that keep times."""

from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails

from baton.runtime.encryption.conversion import PLAIN
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from workflows.build import BuildWorkflow

HISTORY = Path(__file__).parents[2] / "replay" / "histories" / "happy_path.json"


async def test_what_a_workflow_says_of_its_payloads_is_what_the_sdk_says() -> None:
    said: list[tuple[Any, Any]] = []

    class Comparing(PunctualWorkflowRunner):
        def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
            instance, kind = super().create_instance(det), None
            for name in ("get_serialization_context", "get_external_store_context"):
                of_the_sdk = getattr(type(instance), name)(instance, kind)
                said.append((getattr(instance, name)(kind), of_the_sdk))
            return instance

    replayer = Replayer(workflows=[BuildWorkflow], workflow_runner=Comparing(), data_converter=PLAIN)
    await replayer.replay_workflow(WorkflowHistory.from_json("build-happy", HISTORY.read_text()))

    assert len(said) >= 2
    assert all(ours == theirs for ours, theirs in said)
