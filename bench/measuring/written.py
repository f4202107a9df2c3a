"""Whether all rows of some builds are there."""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from baton.store.engine import open_engine
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.systems.turn import Lost


@dataclass(frozen=True)
class Written:
    """How many rows a build has beside its own."""

    events: int
    handoffs: int

    @classmethod
    def of(cls, template: Path) -> "Written":
        """Those of the build that all systems write."""
        transitions = json.loads(template.read_text())["transitions"]
        return cls(
            sum(len(one["workflow_events"]) for one in transitions),
            sum(len(one["workflow_handoffs"]) for one in transitions),
        )

    def check(self, database_url: str, name: str, count: int) -> None:
        """Raise :class:`Lost` unless the ``count`` builds whose IDs begin with ``name`` have all of their rows."""
        engine = open_engine(database_url)
        mine = BuildWorkflow.build_id.startswith(f"{name}-", autoescape=True)
        try:
            with engine.connect() as connection:
                found = [
                    connection.scalar(select(func.count()).select_from(BuildWorkflow).where(mine)),
                    *(
                        connection.scalar(
                            select(func.count())
                            .select_from(table)
                            .join(BuildWorkflow, BuildWorkflow.id == table.workflow_id)
                            .where(mine)
                        )
                        for table in (WorkflowEvent, WorkflowHandoff)
                    ),
                ]
        finally:
            engine.dispose()
        wanted = [count, count * self.events, count * self.handoffs]
        if found != wanted:
            raise Lost(f"of the builds {name!r}, builds, events and handoffs in SQL are {found}, and not {wanted}")
