"""What crosses the wire to and from a build's workflow. Fields are only ever added, with defaults."""

from typing import Any

from pydantic import Field

from baton.domain.actors import Actor
from baton.domain.journal import Entry
from baton.domain.model import Value
from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView, HandoffRecord
from baton.domain.vocabulary import State, Status


class ContinuedBuild(Value):
    """What a build carries into its next run: its view, and where the entries before it are found."""

    view: BuildView
    earlier_run_id: str = Field(description="the run that answers for the entries up to the view's head")


class StartBuild(Value):
    """The input of ``BuildWorkflow.run``."""

    request: BuildRequest
    continued: ContinuedBuild | None = None
    started_by: Actor | None = Field(
        default=None, description="who had it started, where the door knows that for sure; none is Baton itself"
    )


class StartAnswer(Value):
    """The answer of the update ``start``: the build that runs under this ID."""

    workflow_id: str
    build_id: str
    first_run_id: str
    state: State
    status: Status


class CommandReply(Value):
    """The answer of a command's update."""

    build_id: str
    previous_state: State
    state: State
    status: Status
    sequence: int = Field(description="of the last entry that the command caused")
    duplicate: bool = Field(default=False, description="the key was known: this command was carried out before")
    message: str = Field(description="where the build is now and what it waits for, for people")


class PageRequest(Value):
    """Ask for entries after ``after``, at most ``limit`` of them."""

    after: int = Field(default=0, ge=0)
    limit: int = Field(default=200, ge=1, le=1000)


class JournalPage(Value):
    """Some of a journal's entries, in order."""

    entries: tuple[Entry, ...]
    more: bool = Field(description="whether entries follow; ask again after the last one")
    first_sequence: int = Field(description="the first entry that this run answers for")
    earlier_run_id: str | None = Field(default=None, description="the run that answers for the entries before it")


class Handoff(Value):
    """A handoff with what was handed over. ``data`` is ``None`` when the run before holds it."""

    record: HandoffRecord
    data: dict[str, Any] | None = None


class HistoryPage(Value):
    """Some of a build's handoffs, in order."""

    handoffs: tuple[Handoff, ...]
    more: bool


class ProfileRequest(Value):
    """The input of the activity ``load_profile``."""

    name: str


class MirrorBatch(Value):
    """The input of the activity ``mirror_journal``: entries in order, without a gap."""

    build_id: str
    workflow_id: str
    first_run_id: str
    entries: tuple[Entry, ...] = Field(min_length=1)
