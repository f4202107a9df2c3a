"""What subscribers are told of a journal entry, and of what stands in no journal: the body of a notice.

Fields are only ever added, with defaults.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from baton.contracts.sentences import ended_outside_sentence, sentence
from baton.domain.journal import Entry
from baton.domain.jsonvalue import canonical, clean_text
from baton.domain.model import Value
from baton.domain.notices import NoticeKind, SideKind
from baton.domain.outside import OutsideEnd
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, Role, State, Status

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
    kind: NoticeKind
    actor: NoticeActor
    hash: str = Field(description="of the entry: what ties it to the journal")
    message: str = Field(description="what happened, in a sentence")
    entry: dict[str, Any] | None = Field(description="the entry's data; of an end outside the journal, what is known")
    entry_omitted: bool = Field(description="the data is larger than 16 KiB and left out")


class DriftData(Value):
    """What came of a look at the whole mirror that found SQL not to say what Temporal's histories say."""

    checked: int = Field(description="builds that were looked at")
    drifted: int = Field(description="builds whose rows differ")
    unreadable: int = Field(description="builds whose history cannot be read")
    builds: tuple[str, ...] = Field(description="the first of them")
    message: str = Field(description="what was found and what to do, in a sentence")


class Notice(Value):
    """The body, by the Standard Webhooks convention."""

    type: str = Field(description="build.<kind>")
    timestamp: datetime = Field(description="of the entry")
    data: NoticeData


class DriftNotice(Value):
    """The body for what is of no build."""

    type: str = Field(description="mirror.drift")
    timestamp: datetime = Field(description="when it was found")
    data: DriftData


def notice(build_key: UUID, view: BuildView, entry: Entry) -> Notice:
    """What is told of ``entry``; ``view`` is the build right after it."""
    large = len(canonical(entry.data)) > MOST_ENTRY_BYTES
    actor = entry.actor
    told = {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "actor": NoticeActor(kind=actor.kind.value, id=actor.id, role=actor.role),
        "hash": entry.hash,
        "message": _short(sentence(view, entry)),
        "entry": None if large else entry.data,
        "entry_omitted": large,
    }
    return Notice(type=f"build.{entry.kind.value}", timestamp=entry.at, data=_data(build_key, view, told))


def ended_outside_notice(build_key: UUID, view: BuildView, end: OutsideEnd) -> Notice:
    """What is told of a build that ended outside of its journal. The entry that it names is the journal's last one."""
    told = {
        "sequence": view.head.sequence,
        "kind": SideKind.ENDED_OUTSIDE,
        "actor": NoticeActor(kind=ActorKind.SYSTEM.value, id=_short(end.by) or "temporal"),
        "hash": view.head.hash,
        "message": _short(ended_outside_sentence(view, end)),
        "entry": end.model_dump(mode="json"),
        "entry_omitted": False,
    }
    kind = SideKind.ENDED_OUTSIDE.value
    return Notice(type=f"build.{kind}", timestamp=end.at, data=_data(build_key, view, told))


def drift_notice(found: DriftData, at: datetime) -> DriftNotice:
    """What is told of a mirror that drifts."""
    return DriftNotice(type="mirror.drift", timestamp=at, data=found)


def _data(build_key: UUID, view: BuildView, told: dict[str, Any]) -> NoticeData:
    return NoticeData(
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
        **told,
    )


def _waiting(view: BuildView) -> NoticeWaiting | None:
    waits = view.waiting_for
    if waits is None:
        return None
    return NoticeWaiting(kind=waits.kind, what=_short(waits.what), command=waits.command, deadline=waits.deadline)


def _short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
