"""The custom search attributes that a namespace must have before a workflow can set them.

SearchAttributeError
├── SearchAttributeConflict    there already, with another type
└── SearchAttributesRefused    the server does not add them
"""

from collections.abc import Mapping
from typing import TypeAlias

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.service import RPCError

SearchAttributes: TypeAlias = Mapping[str, SearchAttributeIndexedValueType]
"""Name to type, as {"ProjectId": SearchAttributeIndexedValueType.KEYWORD}."""


class SearchAttributeError(Exception):
    """The namespace cannot be given the search attributes."""


class SearchAttributeConflict(SearchAttributeError):
    """The namespace has a search attribute of the name with another type."""


class SearchAttributesRefused(SearchAttributeError):
    """The server does not add them for this process."""


async def missing_search_attributes(client: Client, wanted: SearchAttributes) -> SearchAttributes:
    """Those of `wanted` that the client's namespace does not have.

    Raises SearchAttributeConflict where one exists with another type: workflows that set it would not start.
    """
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    present = {name: int(kind) for name, kind in (*answer.system_attributes.items(), *answer.custom_attributes.items())}
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

    Raises SearchAttributeConflict or SearchAttributesRefused.
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
        # To be second to another process is no failure, whatever the server makes of it.
        if not await missing_search_attributes(client, wanted):
            return
        raise SearchAttributesRefused(
            f"Temporal does not add the search attributes {', '.join(missing)} to namespace "
            f"{client.namespace!r}: {error.message}. Add them as its administrator "
            "(temporal operator search-attribute create; on Temporal Cloud in its console)"
        ) from error
