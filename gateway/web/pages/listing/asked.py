"""What is asked of the list of builds: filters and a place in it, from the URL and back into one."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, BeforeValidator

from baton.domain.vocabulary import State, Status
from baton.store.browsing import BuildLine, Wanted
from gateway.web.pages.words import WAITING_WORDS
from gateway.web.problems import Problem


def _none_when_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _known_wait(value: object) -> object:
    if isinstance(value, str) and value and value not in WAITING_WORDS:
        raise ValueError(f"a build waits for one of: {', '.join(WAITING_WORDS)}")
    return value


_Text = Annotated[str | None, BeforeValidator(_none_when_empty)]


class Asked(BaseModel):
    """The query of the list's URL. An empty field of its form counts as not given."""

    project: _Text = None
    user: _Text = None
    state: Annotated[State | None, BeforeValidator(_none_when_empty)] = None
    status: Annotated[Status | None, BeforeValidator(_none_when_empty)] = None
    waiting: Annotated[_Text, BeforeValidator(_known_wait)] = None
    q: _Text = None
    after: _Text = None

    def wanted(self, projects: tuple[str, ...] | None) -> Wanted:
        """The builds that are asked for, of those in ``projects``."""
        return Wanted(
            projects=projects,
            project=self.project,
            user=self.user,
            state=self.state,
            status=self.status,
            waiting=self.waiting,
            text=self.q,
        )

    @property
    def filtered(self) -> bool:
        """Whether anything but all is asked for."""
        return bool(self.model_dump(exclude_none=True, exclude={"after"}))

    def url(self, **changes: str | None) -> str:
        """The URL of the list with ``changes``; it begins at its first page unless they say otherwise."""
        fields = self.model_dump(mode="json", exclude={"after"}) | changes
        query = urlencode({name: value for name, value in fields.items() if value is not None})
        return f"/?{query}" if query else "/"

    def stream(self) -> str:
        """The stream that tells of builds that come into the list, move in it, or leave it."""
        fields = self.model_dump(mode="json", include={"project", "user", "state", "status"}, exclude_none=True)
        return f"/api/stream?{urlencode(fields)}" if fields else "/api/stream"

    def place(self) -> tuple[datetime, str] | None:
        """Where the page before ended. Raises Problem (422)."""
        if self.after is None:
            return None
        try:
            created_at, build_id = base64.urlsafe_b64decode(self.after.encode()).decode().split(" ")
            return datetime.fromisoformat(created_at).astimezone(UTC), build_id
        except (ValueError, binascii.Error) as error:
            raise Problem(
                422, "malformed", "This link leads to no place in the list: begin at its first page"
            ) from error


AskedFor = Annotated[Asked, Query()]
"""What is asked, as a parameter of a route."""


def place_after(build: BuildLine) -> str:
    """The place after ``build``, as a URL names it."""
    return base64.urlsafe_b64encode(f"{build.created_at.isoformat()} {build.build_id}".encode()).decode()
