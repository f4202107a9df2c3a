import asyncio

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType

from baton.runtime.search_attributes import (
    SearchAttributeConflict,
    ensure_search_attributes,
    missing_search_attributes,
)

_KEYWORD = SearchAttributeIndexedValueType.KEYWORD
_BOOL = SearchAttributeIndexedValueType.BOOL


async def test_what_is_missing_is_told_and_then_added(client: Client) -> None:
    wanted = {"Colour": _KEYWORD, "IsNice": _BOOL, "ExecutionStatus": _KEYWORD}
    assert await missing_search_attributes(client, wanted) == {"Colour": _KEYWORD, "IsNice": _BOOL}
    await ensure_search_attributes(client, wanted)
    await ensure_search_attributes(client, wanted)
    assert await missing_search_attributes(client, wanted) == {}


async def test_many_processes_may_add_them_at_once(client: Client) -> None:
    wanted = {"Shape": _KEYWORD, "Taste": _KEYWORD}
    await asyncio.gather(*(ensure_search_attributes(client, wanted) for _ in range(8)))
    assert await missing_search_attributes(client, wanted) == {}


async def test_another_type_under_the_same_name_is_a_conflict(client: Client) -> None:
    await ensure_search_attributes(client, {"Weight": _KEYWORD})
    with pytest.raises(SearchAttributeConflict, match=r"'Weight' .* is of type KEYWORD, and BOOL is needed"):
        await ensure_search_attributes(client, {"Weight": _BOOL})
