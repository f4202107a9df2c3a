"""What Temporal's own pages show of a build from its start on. No secret is in it."""

import re

from temporalio.common import (
    SearchAttributeIndexedValueType,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)

from baton.contracts.names import BUILD_ROLE, BUILD_STATE, FORKED_FROM, PROJECT_ID, SEARCH_ATTRIBUTES, USER_ID
from baton.domain.lineage import Lineage
from baton.domain.moves import OWNERS
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import State

WANTED_SEARCH_ATTRIBUTES = dict.fromkeys(SEARCH_ATTRIBUTES, SearchAttributeIndexedValueType.KEYWORD)
"""What builds carry, with its type; a namespace has to know them."""

_MOST_SUMMARY_BYTES = 200
_USER_INFO = re.compile(r"(?<=://)[^/]*@")
_MARKUP = re.compile(r"([\\`<>\[\]|!*_#~])")


def search_attributes(request: BuildRequest, origin: Lineage | None = None) -> TypedSearchAttributes:
    """Those of a build that begins, so that the workflow need not set them."""
    state = State.DISCOVERY if origin is None else origin.phase.state
    values = {
        BUILD_STATE: state.value,
        BUILD_ROLE: OWNERS[state].value,
        PROJECT_ID: request.project_id,
        USER_ID: request.user_id,
    }
    if origin is not None:
        values[FORKED_FROM] = origin.build_id
    return TypedSearchAttributes(
        [SearchAttributePair(SearchAttributeKey.for_keyword(name), value) for name, value in values.items()]
    )


def static_summary(request: BuildRequest) -> str:
    """One line of Markdown within Temporal's 200 bytes."""
    summary = _MARKUP.sub(r"\\\1", " ".join(request.title.split()))
    if len(summary.encode()) <= _MOST_SUMMARY_BYTES:
        return summary
    cut = summary.encode()[: _MOST_SUMMARY_BYTES - len("…".encode())].decode(errors="ignore")
    return cut.rstrip("\\") + "…"


def shown_repository(repo: str) -> str:
    """The address of a repository without what lets somebody in there."""
    return _USER_INFO.sub("", repo)


def static_details(request: BuildRequest, origin: Lineage | None = None) -> str:
    """What was asked for, as Markdown; far below Temporal's 20 kB, as every name in a request is short."""
    rows = {
        "build": request.build_id,
        "project": request.project_id,
        "user": request.user_id,
        "profile": request.profile,
    }
    if request.repo is not None:
        rows["repository"] = shown_repository(request.repo)
    if request.ref is not None:
        rows["begins at"] = request.ref
    if origin is not None:
        rows["forked from"] = f"{origin.build_id}, at {origin.phase.value} (entry {origin.sequence})"
    told = "\n".join(f"- {name}: {_MARKUP.sub(_escaped, value)}" for name, value in rows.items())
    return f"**{_MARKUP.sub(_escaped, request.title)}**\n\n{told}\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[1]}"
