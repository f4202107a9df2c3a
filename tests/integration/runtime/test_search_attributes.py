import asyncio

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType

from baton.runtime.search_attributes import (
    SearchAttributeConflict,
    SearchAttributesRefused,
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


async def test_what_the_server_refuses_is_told_with_its_reason(client: Client) -> None:
    too_many = {f"Text{number}": SearchAttributeIndexedValueType.TEXT for number in range(4)}
    with pytest.raises(SearchAttributesRefused, match=r"Text0, Text1.*cannot have more than 3"):
        await ensure_search_attributes(client, too_many)
    assert await missing_search_attributes(client, too_many) == too_many
