"""(b) Baton with everything that it has: journal, gates, search attributes, and the SQL mirror."""

import time
from enum import Enum
from typing import Any

from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Status
from bench.systems.child import Child
from bench.systems.installing import PROFILE, QUICK_PROFILE, ROUNDS, install
from bench.systems.on_temporal import FIRST_SECONDS, OnTemporal
from bench.systems.postgresql import make_tables
from bench.systems.stage import ROOT, Stage
from bench.systems.turn import Lost, Turn, carry_all
from gateway.builds import Builds
from gateway.worker.duties import Duty, queues

_ANSWER_SECONDS = 120.0
_PHASES_AT_ONCE = 20
"""Of each of the five roles; a worker as Temporal ships it, which the reference has, has 100."""


class Phases(Enum):
    """How the phases are played."""

    PLAIN = "plain"
    """By an activity that gives a report, as that of the reference does: what is measured is the orchestration."""
    QUICK = "quick"
    """The same, in passing: by the worker that carries the build, without a task queue."""
    WORKSPACE = "workspace"
    """By a runner in `worker.py`, in a git workspace with a commit for each phase."""


_CALLED = {Phases.PLAIN: "", Phases.QUICK: ", quick phases", Phases.WORKSPACE: ", git workspaces"}


class Baton(OnTemporal):
    """Builds of the profile ``bench``, on one database."""

    def __init__(
        self,
        stage: Stage,
        *,
        on: str,
        phases: Phases = Phases.PLAIN,
        name: str | None = None,
        called: str = "",
        door: bool = False,
    ) -> None:
        """``called`` is added to the label. ``door``: the worker is ``worker.py`` itself, whoever plays."""
        self.name = name or f"baton-{on}" + ("" if phases is Phases.PLAIN else f"-{phases.value}")
        database = "PostgreSQL" if on == "postgresql" else "SQLite"
        self.label = f"Baton, {database}{_CALLED[phases]}{called}"
        self._profile = QUICK_PROFILE if phases is Phases.QUICK else PROFILE
        self.postgresql = on == "postgresql"
        self.slow = phases is Phases.WORKSPACE
        self.database_url = _database(stage, self.name, postgresql=self.postgresql)
        install(stage.folder)
        self.environment = stage.environment(
            self.name,
            BATON_HOME=str(stage.folder / f"{self.name}-home"),
            BATON_DATABASE_URL=self.database_url,
            BATON_PROFILES=str(stage.folder / "profiles"),
            BATON_MAX_CONCURRENT_PHASES=str(_PHASES_AT_ONCE),
            BATON_LOG_LEVEL="WARNING",
            BATON_HEARTBEAT_SECONDS="0.5",
        )
        real = door or phases is Phases.WORKSPACE
        program = [str(ROOT / "worker.py"), "--all"] if real else ["-m", "bench.systems.baton_worker"]
        super().__init__(stage, Child(program, environ=self.environment, log=stage.folder / f"{self.name}.log"))

    @property
    def builds(self) -> Builds:
        """Its builds."""
        return Builds(self.client, answer_seconds=_ANSWER_SECONDS)

    async def start(self, **environ: str) -> None:
        """Start the worker; return when it has carried a first build."""
        await self.open(**environ)
        await self._child.alive(self._one(f"first-{self.pid}"), seconds=FIRST_SECONDS)

    async def open(self, **environ: str) -> float:
        """Start the worker; how long it takes until it takes work, in seconds."""
        if self._client is None:
            self._client = await self._stage.namespace(self.name)
        began = time.perf_counter()
        self._child.start(**environ)
        polling = self._child.until_polling(self.client, queues(tuple(Duty)))
        await self._child.alive(polling, seconds=FIRST_SECONDS)
        return time.perf_counter() - began

    async def rework(self, name: str, count: int, rounds: int) -> Turn:
        """Carry builds one after the other whose testing sends the work back ``rounds`` times."""
        return await carry_all(count, 1, lambda number: self._one(f"{name}-{number}", rounds))

    async def _one(self, build: str, rounds: int = 0) -> None:
        builds = self.builds
        await builds.start(request(build, profile=self._profile, metadata={ROUNDS: rounds} if rounds else {}))
        if (ended := await builds.result(build)) is not Status.COMPLETE:
            raise Lost(f"the build {build!r} ended as {ended.value}")


def request(build_id: str, *, profile: str = PROFILE, metadata: dict[str, Any] | None = None) -> BuildRequest:
    """A request for a small thing."""
    return BuildRequest(
        build_id=build_id,
        project_id="bench",
        user_id="bench",
        title="A small thing",
        requirements="# A small thing",
        profile=profile,
        metadata=metadata or {},
    )


def _database(stage: Stage, name: str, *, postgresql: bool) -> str:
    if postgresql:
        assert stage.postgresql is not None, "there is no PostgreSQL"
        return stage.postgresql.database(name.replace("-", "_"))
    url = f"sqlite:///{stage.folder / name}.db"
    make_tables(url)
    return url
