"""A worker's activities over real folders, real git and real processes; only Temporal is stood in for."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.compensate_phase import CompensatePhase
from activities.perform_phase import PerformPhase
from baton.domain.attempts import Compensation
from baton.domain.reports import PhaseReport
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Surroundings
from baton.runners.catalogue import Profiles
from baton.store import schema
from baton.store.engine import open_engine
from baton.workshop.workspace import Workspace, Workspaces
from tests.installed import declared_runners


@dataclass
class Bench:
    """Performs orders as a worker does."""

    folder: Path
    environment: Mapping[str, str]
    lock_seconds: float = 5
    examples: Path | None = Path(__file__).parents[2] / "examples"

    @property
    def workspaces(self) -> Workspaces:
        return Workspaces(self.folder / "workspaces", lock_seconds=self.lock_seconds)

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def perform_phase(self) -> PerformPhase:
        return PerformPhase(self.profiles, self.workspaces, self.surroundings)

    @property
    def compensate_phase(self) -> CompensatePhase:
        return CompensatePhase(self.profiles, self.workspaces, self.surroundings)

    @property
    def profiles(self) -> Profiles:
        runners = declared_runners(
            rogue="tests.activities.rogue:RogueRunner", spender="tests.activities.spender:SpenderRunner"
        )
        return Profiles(self.folder / "profiles", runners)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            releases=self.releases, keys=self.keys, environment=self.environment, examples=self.examples
        )

    def profile(self, **roles: str) -> None:
        """Write the profile ``local``: for each role named its table, the others manual; ``rest`` as it is."""
        rest = roles.pop("rest", "")
        tables = {role.value: 'runner = "manual"' for role in Role} | roles
        text = "".join(f"[roles.{role}]\n{dedent(table)}\n" for role, table in tables.items())
        (self.folder / "profiles").mkdir(exist_ok=True)
        (self.folder / "profiles" / "local.toml").write_text(text + dedent(rest))

    def program(self, source: str, *, options: str = "") -> Path:
        """Have the code writer played by a Python program; returns its file."""
        file = self.folder / "programs" / "agent.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(source))
        command = f"""runner = "command"\ncommand = ["{{python}}", "{file}"]\nreadable = ["{file.parent}"]\n"""
        self.profile(code_writer=command + dedent(options))
        return file

    async def perform(self, order: PhaseOrder, environment: ActivityEnvironment | None = None) -> PhaseReport:
        environment = environment or ActivityEnvironment()
        return await environment.run(self.perform_phase.perform_phase, order)

    async def compensate(
        self, order: CompensationOrder, environment: ActivityEnvironment | None = None
    ) -> Compensation:
        environment = environment or ActivityEnvironment()
        return await environment.run(self.compensate_phase.compensate_phase, order)

    async def workspace(self, build_id: str = "adder-1") -> Workspace:
        return await self.workspaces.open(build_id)

    async def committed(self, files: Mapping[str, str]) -> str:
        """Commit exactly these files to the workspace, and return the commit."""
        workspace = await self.workspace()
        for path in workspace.tree.rglob("*"):
            if path.is_file():
                path.unlink()
        for name, text in files.items():
            target = workspace.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text))
        return (await workspace.commit("Test", author="Test")).sha


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated database in a file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mirror.db'}")
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHON": sys.executable})


async def appeared(file: Path) -> None:
    """Wait until another process has written ``file``, for a minute at most."""
    async with asyncio.timeout(60):
        while not file.exists():
            await asyncio.sleep(0.02)
