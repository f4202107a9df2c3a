"""Reading the terms that a build opens under."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import load_profile
    from baton.contracts.errors import NOT_OPENED
    from baton.contracts.messages import ProfileRequest
    from baton.domain.terms import Terms

Result = TypeVar("Result")


async def load_terms(profile: str) -> Terms:
    """The terms of ``profile`` as this worker has it: a local activity, one event in the history."""
    return await to_its_end(_load(profile))


async def to_its_end(opening: Coroutine[Any, Any, Result]) -> Result:
    """What ``opening`` returns. A cancellation that comes meanwhile is kept for the first step after it, so that even a
    build that is cancelled at once is opened, journaled and mirrored.
    """
    going_on = asyncio.create_task(opening)
    try:
        return await asyncio.shield(going_on)
    except asyncio.CancelledError:
        result = await going_on
        this = asyncio.current_task()
        assert this is not None
        workflow.logger.info("cancelled while opening")
        asyncio.get_running_loop().call_soon(this.cancel)
        return result


async def _load(profile: str) -> Terms:
    return await workflow.execute_local_activity(
        load_profile,
        ProfileRequest(name=profile),
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(milliseconds=200),
            maximum_interval=timedelta(seconds=10),
            non_retryable_error_types=list(NOT_OPENED),
        ),
    )
