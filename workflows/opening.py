"""Reading the terms that a build opens under."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import load_profile
    from baton.contracts.errors import NOT_OPENED
    from baton.contracts.messages import ProfileRequest
    from baton.domain.terms import Terms


async def load_terms(profile: str) -> Terms:
    """The terms of ``profile`` as this worker has it: a local activity, one event in the history.

    A cancellation that comes while it is read is kept for the first step after it, so that even a build that is
    cancelled at once is opened, journaled and mirrored.
    """
    reading = asyncio.create_task(_load(profile))
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        terms = await reading
        this = asyncio.current_task()
        assert this is not None
        workflow.logger.info("cancelled while opening")
        asyncio.get_running_loop().call_soon(this.cancel)
        return terms


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
