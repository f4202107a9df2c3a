"""How long after an entry its row can be seen in SQL, looked at from outside by a reader of its own."""

import threading
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy import Engine, select

from baton.store.engine import open_engine
from baton.store.tables import WorkflowEvent

_EVERY_SECONDS = 0.01
_BACK = timedelta(seconds=3)
_FAR = 50
"""Each time after so many looks, rows that came later than that are looked for as well."""


class LagReader:
    """Watches ``workflow_events`` while its context lasts. Never too low; up to 10 ms too high, and half a second where
    a row is more than three seconds late.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._since = datetime.now(UTC)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lag-reader")
        self._seen: dict[UUID, float] = {}
        self._error: Exception | None = None

    @property
    def seconds(self) -> list[float]:
        """The lag of each entry that was written meanwhile."""
        if self._error is not None:
            raise self._error
        return list(self._seen.values())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        engine = open_engine(self._url)
        try:
            newest, looks = self._since, 0
            while not self._ended.wait(_EVERY_SECONDS):
                looks += 1
                near = max(self._since, newest - _BACK)
                newest = max(newest, self._look(engine, self._since if looks % _FAR == 0 else near))
            self._look(engine, self._since)
        except Exception as error:
            self._error = error
        finally:
            engine.dispose()

    def _look(self, engine: Engine, since: datetime) -> datetime:
        newest = since
        wanted = select(WorkflowEvent.id, WorkflowEvent.timestamp).where(WorkflowEvent.timestamp > since)
        with engine.connect() as connection:
            rows = connection.execute(wanted).all()
        now = datetime.now(UTC)
        for key, at in rows:
            if key not in self._seen:
                self._seen[key] = (now - at).total_seconds()
                newest = max(newest, at)
        return newest
