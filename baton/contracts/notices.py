"""What subscribers are told of a journal entry: the body of a notice. Fields are only ever added, with defaults."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from baton.contracts.sentences import sentence
from baton.domain.journal import Entry
from baton.domain.jsonvalue import canonical, clean_text
from baton.domain.model import Value
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Role, State, Status

MOST_ENTRY_BYTES = 16 * 1024
"""An entry whose data is larger than this, as JSON, is told without it: whoever wants it asks for the journal."""

_MOST_TEXT = 1_000


class NoticeActor(Value):
    """Who did it."""

    kind: str
    id: str
    role: Role | None = None


class NoticeWaiting(Value):
    """What the build waits for after the entry."""

    kind: str
    what: str
    command: str
    deadline: datetime | None = None


class NoticeData(Value):
    """The build as it was right after the entry, and the entry."""

    build_id: str
    workflow_id: str = Field(description="Temporal's")
    id: UUID = Field(description="the build's row in SQL")
    project_id: str
    user_id: str
    title: str
    state: State
    role: Role | None = Field(description="who acts next")
    status: Status
    progress: float = Field(description="percent of the six phases")
    waiting_for: NoticeWaiting | None
    sequence: int
    kind: EntryKind
    actor: NoticeActor
    hash: str = Field(description="of the entry: what ties it to the journal")
    message: str = Field(description="what happened, in a sentence")
    entry: dict[str, Any] | None = Field(description="the entry's data")
    entry_omitted: bool = Field(description="the data is larger than 16 KiB and left out")


class Notice(Value):
    """The body, by the Standard Webhooks convention."""

    type: str = Field(description="build.<kind>")
    timestamp: datetime = Field(description="of the entry")
    data: NoticeData


def notice(build_key: UUID, view: BuildView, entry: Entry) -> Notice:
    """What is told of ``entry``; ``view`` is the build right after it."""
    large = len(canonical(entry.data)) > MOST_ENTRY_BYTES
    actor = entry.actor
    return Notice(
        type=f"build.{entry.kind.value}",
        timestamp=entry.at,
        data=NoticeData(
            build_id=view.build_id,
            workflow_id=view.workflow_id,
            id=build_key,
            project_id=view.project_id,
            user_id=view.user_id,
            title=_short(view.request.title),
            state=view.current_state,
            role=view.current_role,
            status=view.status,
            progress=view.progress,
            waiting_for=_waiting(view),
            sequence=entry.sequence,
            kind=entry.kind,
            actor=NoticeActor(kind=actor.kind.value, id=actor.id, role=actor.role),
            hash=entry.hash,
            message=_short(sentence(view, entry)),
            entry=None if large else entry.data,
            entry_omitted=large,
        ),
    )


def _waiting(view: BuildView) -> NoticeWaiting | None:
    waits = view.waiting_for
    if waits is None:
        return None
    return NoticeWaiting(kind=waits.kind, what=_short(waits.what), command=waits.command, deadline=waits.deadline)


def _short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
