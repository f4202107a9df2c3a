"""Waiting in a workflow."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


async def wait_until(condition: Callable[[], bool], deadline: datetime | None, summary: str) -> bool:
    """Wait for ``condition``, at most until ``deadline``. Whether the condition came true.

    ``summary`` is what Temporal's timeline says beside the deadline's timer.
    """
    timeout = None if deadline is None else max(deadline - workflow.now(), timedelta(0))
    try:
        await workflow.wait_condition(condition, timeout=timeout, timeout_summary=summary)
    except TimeoutError:
        return False
    return True
