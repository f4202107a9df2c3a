"""Which builds a report is about."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, SQLColumnExpression

from baton.store.among import among


@dataclass(frozen=True, slots=True)
class Scope:
    """The builds of ``projects`` that were created at or after ``since`` and before ``until``.

    ``None`` sets no bound. An empty set of projects holds no build. Times have a zone.
    """

    projects: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def all_time(self) -> bool:
        """Whether no build is left out for when it was created."""
        return self.since is None and self.until is None

    def within(self, projects: Collection[str] | None) -> Self:
        """As much of the scope as lies in ``projects``, such as those that a reader may see; ``None`` is all."""
        if projects is None:
            return self
        allowed = frozenset(projects)
        return replace(self, projects=allowed if self.projects is None else self.projects & allowed)

    def of_projects(self, project_id: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
        """The conditions on a column that holds the project."""
        return [] if self.projects is None else [among(project_id, self.projects)]

    def of_times(self, moment: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
        """The conditions on a column that holds the time that counts."""
        bounds = []
        if self.since is not None:
            bounds.append(moment >= self.since)
        if self.until is not None:
            bounds.append(moment < self.until)
        return bounds

    def holds(
        self, project_id: SQLColumnExpression[Any], created_at: SQLColumnExpression[Any]
    ) -> list[ColumnElement[bool]]:
        """The conditions on the columns that hold a build's project and when the build was created."""
        return [*self.of_projects(project_id), *self.of_times(created_at)]


EVERYTHING = Scope()
"""All builds."""
