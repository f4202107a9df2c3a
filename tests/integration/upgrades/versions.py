"""Two versions of Baton on one Temporal: real worker processes, each with its own copy of the code."""

import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from baton.domain.vocabulary import Role
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.leashed_process import LeashedProcess
from baton.store import schema
from baton.store.engine import open_engine
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from gateway.worker.duties import Duty
from tests.integration.doors.programs import ROOT
from tests.integration.survival import player

DEPLOYMENT = "baton"
SOURCES = ("activities", "baton", "gateway", "workflows", "worker.py", "pyproject.toml")

# All but the notifier, which takes its time to load.
ROLES = [word for duty in Duty if duty is not Duty.NOTIFIER for word in ("--role", duty.value)]

# The same change as that of tests.replay.changed.RestsBeforeItWorks, which no history of the code as it is can replay.
CHANGED = "workflows/build.py"
BEFORE = "        mirroring = asyncio.create_task("
AFTER = "        await asyncio.sleep(0.01)\n" + BEFORE

# As shipped, Temporal looks every few minutes whether a version has drained.
SOON = {
    "matching.wv.VersionDrainageStatusVisibilityGracePeriod": "1s",
    "matching.wv.VersionDrainageStatusRefreshInterval": "1s",
}


@dataclass
class Ground:
    """A Temporal, a database and a home, and the workers that were started on them."""

    folder: Path
    client: Client
    environ: Mapping[str, str]
    workers: dict[str, LeashedProcess]

    @property
    def marks(self) -> Path:
        return self.folder / "marks"

    def start_worker(self, version: str, code: Path = ROOT) -> None:
        """Start the workers of ``version`` from the tree ``code``."""
        told = {"BATON_DEPLOYMENT": DEPLOYMENT, "BATON_DEPLOYMENT_VERSION": version}
        log = self.folder / f"worker-{version}.log"
        command = [sys.executable, str(code / "worker.py"), *ROLES]
        self.workers[version] = LeashedProcess(command, log=log, env={**self.environ, **told})

    def changed_code(self) -> Path:
        """A copy of the code whose builds begin with a command more."""
        copy = self.folder / "changed"
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("*.pyc.*"))
            else:
                copy.mkdir(exist_ok=True)
                shutil.copy(source, copy / name)
        text = (copy / CHANGED).read_text(encoding="utf-8")
        assert text.count(BEFORE) == 1
        (copy / CHANGED).write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
        return copy

    def said(self, version: str) -> str:
        """The log of the workers of ``version``."""
        return (self.folder / f"worker-{version}.log").read_text(encoding="utf-8")


@asynccontextmanager
async def ground(folder: Path, environ: Mapping[str, str]) -> AsyncIterator[Ground]:
    """The ground, with tables and profiles; everything ends with the context."""
    profiles, marks = folder / "profiles", folder / "marks"
    for made in (profiles, marks):
        made.mkdir()
    (profiles / "played.toml").write_text(_profile(marks))
    database = f"sqlite:///{folder / 'mirror.db'}"
    engine = open_engine(database)
    schema.upgrade(engine)
    engine.dispose()
    workers: dict[str, LeashedProcess] = {}
    async with EmbeddedTemporal(ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES, dynamic_config=SOON) as server:
        told = {"BATON_HOME": str(folder / "home"), "BATON_DATABASE_URL": database, "BATON_PROFILES": str(profiles)}
        seen = environment_for(server.address, environ) | told | {"BATON_GRACEFUL_SHUTDOWN_SECONDS": "1"}
        try:
            yield Ground(folder, await server.connect(), seen, workers)
        finally:
            for worker in workers.values():
                await worker.stop(0)


def _profile(marks: Path) -> str:
    """Every role played by the program that can be held."""
    command = f'command = ["{{python}}", "{player.__file__}", "{marks}", "600"]'
    role = f'runner = "command"\n{command}\nsandbox = "off"\ntimeout = "10m"\nheartbeat = "2s"\nbackoff = 0.1\n'
    return "".join(f"[roles.{name.value}]\n{role}\n" for name in Role)
