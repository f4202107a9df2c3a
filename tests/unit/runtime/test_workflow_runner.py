"""The runner of workflows that keep times."""

import dataclasses

from temporalio.worker.workflow_sandbox import SandboxRestrictions

from baton.runtime.workflow_runner import PunctualWorkflowRunner


def test_a_plugin_makes_another_one_of_it_with_further_restrictions() -> None:
    further = SandboxRestrictions.default.with_passthrough_modules("opentelemetry")
    made = dataclasses.replace(PunctualWorkflowRunner(), restrictions=further)
    assert isinstance(made, PunctualWorkflowRunner)
    assert made.restrictions is further
