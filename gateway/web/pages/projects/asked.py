"""Which builds a project's figures are about: from when to when, by the URL."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, BeforeValidator

from baton.store.reports.scope import Scope


def _none_when_empty(value: object) -> object:
    return None if value == "" else value


_Day = Annotated[date | None, BeforeValidator(_none_when_empty)]


class Period(BaseModel):
    """From the beginning of ``since`` to the end of ``until``, both days in UTC; without them there is no bound."""

    since: _Day = None
    until: _Day = None

    def scope(self, project: str | None, seen: tuple[str, ...] | None) -> Scope:
        """The builds of ``project`` that began in the period, as far as the caller sees them."""
        projects = None if project is None else frozenset((project,))
        return Scope(projects, _begin(self.since), _end(self.until)).within(seen)

    @property
    def query(self) -> str:
        """The same, as the query of a URL; empty without bounds."""
        fields = {name: value.isoformat() for name, value in self if value is not None}
        return f"?{urlencode(fields)}" if fields else ""

    def last(self, days: int, today: date) -> str:
        """The query of the last ``days``."""
        return f"?{urlencode({'since': (today - timedelta(days=days - 1)).isoformat()})}"


AskedPeriod = Annotated[Period, Query()]
"""The period, as a parameter of a route."""


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _end(day: date | None) -> datetime | None:
    begin = _begin(day)
    return None if begin is None or day == date.max else begin + timedelta(days=1)
