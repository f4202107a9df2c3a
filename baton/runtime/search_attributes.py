"""The custom search attributes that a namespace must have before a workflow can set them."""

from collections.abc import Mapping
from typing import TypeAlias

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.service import RPCError, RPCStatusCode

SearchAttributes: TypeAlias = Mapping[str, SearchAttributeIndexedValueType]
"""Name to type, as {"ProjectId": SearchAttributeIndexedValueType.KEYWORD}."""


class SearchAttributeConflict(Exception):  # noqa: N818 - a state of affairs, named as one
    """The namespace has a search attribute of the name with another type."""


async def missing_search_attributes(client: Client, wanted: SearchAttributes) -> SearchAttributes:
    """Those of `wanted` that the client's namespace does not have.

    Raises SearchAttributeConflict where one exists with another type: workflows that set it would not start.
    """
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    present = {
        name: int(kind)
        for name, kind in (*answer.system_attributes.items(), *answer.custom_attributes.items())
    }
    for name, kind in wanted.items():
        if name in present and present[name] != kind.value:
            raise SearchAttributeConflict(
                f"Search attribute {name!r} of namespace {client.namespace!r} is of type "
                f"{SearchAttributeIndexedValueType(present[name]).name}, and {kind.name} is needed. "
                "Remove it there (temporal operator search-attribute remove) or use another namespace"
            )
    return {name: kind for name, kind in wanted.items() if name not in present}


async def ensure_search_attributes(client: Client, wanted: SearchAttributes) -> None:
    """Add what is missing to the client's namespace. It may be called by many processes at once.

    Raises SearchAttributeConflict, or RPCError where the server does not allow it (Temporal Cloud: use tcld).
    """
    missing = await missing_search_attributes(client, wanted)
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={name: kind.value for name, kind in missing.items()},  # type: ignore[misc]
            )
        )
    except RPCError as error:
        # Another process was faster; if it was slower than us with some, they are still missing.
        if error.status != RPCStatusCode.ALREADY_EXISTS or await missing_search_attributes(client, wanted):
            raise
