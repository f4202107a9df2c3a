"""Where a line of the log comes from: the build, its run, the role and the trace, as far as there are any."""

import sys
from typing import Any

from baton.contracts.names import build_of, role_of
from baton.runtime.tracing.spans import current_ids


def place() -> dict[str, str]:
    """``build_id``, ``run_id``, ``role``, ``trace_id`` and ``span_id`` of what is being done, those that there are."""
    found = _of_temporal()
    if (ids := current_ids()) is not None:
        found["trace_id"], found["span_id"] = ids
    return found


def _of_temporal() -> dict[str, str]:
    # A process that has not loaded the SDK runs nothing of it.
    activity: Any = sys.modules.get("temporalio.activity")
    workflow: Any = sys.modules.get("temporalio.workflow")
    if activity is not None and activity.in_activity():
        info = activity.info()
        workflow_id, run_id = info.workflow_id, info.workflow_run_id
    elif workflow is not None and workflow.in_workflow():
        info = workflow.info()
        workflow_id, run_id = info.workflow_id, info.run_id
    else:
        return {}
    role = role_of(info.task_queue)
    told = {
        "build_id": build_of(workflow_id or ""),
        "run_id": run_id,
        "role": None if role is None else role.value,
    }
    return {name: value for name, value in told.items() if value}
