"""The ground that accidents happen on: a stack of real processes, builds on it, and the proof that nothing is lost."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Phase, Role, State, Status
from baton.runtime.settings import Settings
from baton.store.compare import differences
from baton.store.ids import build_key
from baton.store.reading import counts
from baton.workshop.workspace import Workspaces
from gateway.builds import Builds
from gateway.embedded.stack import Stack

PATIENCE = 240.0
"""Seconds that anything here may take before the test fails; a slow machine needs a part of them."""

ENTRIES, HANDOFFS = 12, 5
"""What a build that goes straight through leaves behind."""

_PLAYER = Path(__file__).with_name("player.py")


@dataclass
class Ground:
    """A running stack and the marks that the roles' program leaves."""

    stack: Stack
    marks: Path

    @property
    def builds(self) -> Builds:
        return Builds(self.stack.client, answer_seconds=PATIENCE)

    async def start(self, build_id: str, **metadata: str) -> str:
        """Start a build; ``held`` or ``hung`` name the phase that works longer."""
        asked = BuildRequest(
            build_id=build_id,
            project_id="shop",
            user_id="ada",
            title="A small thing",
            requirements="# A small thing",
            profile="played",
            metadata=metadata,
        )
        return (await self.builds.start(asked)).build_id

    def begun(self, build_id: str) -> Counter[str]:
        """How often each phase of the build was begun by the program."""
        file = self.marks / f"{build_id}.begun"
        return Counter(file.read_text(encoding="utf-8").split()) if file.exists() else Counter()

    async def until_begun(self, build_id: str, phase: Phase, *, times: int = 1) -> None:
        """Wait until the program is really at work in ``phase``."""
        async with asyncio.timeout(PATIENCE):
            while self.begun(build_id)[phase.value] < times:
                await asyncio.sleep(0.02)

    def let_go(self, build_id: str) -> None:
        """Let the phase that is held come to its end."""
        (self.marks / f"{build_id}.go").touch()

    async def until_in(self, build_id: str, state: State) -> None:
        """Wait until the workflow says that the build is in ``state``."""
        async with asyncio.timeout(PATIENCE):
            while (await self.builds.status(build_id)).current_state is not state:
                await asyncio.sleep(0.05)

    def kill_worker(self) -> None:
        """kill -9."""
        assert self.stack.worker.pid is not None, "the worker had died before it was killed"
        self.stack.kill_worker()

    async def end_worker(self) -> int:
        """SIGTERM; its exit code."""
        assert self.stack.worker.pid is not None
        os.kill(self.stack.worker.pid, signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            while (code := self.stack.worker.exit_code) is None:
                await asyncio.sleep(0.05)
        return code

    def said(self) -> str:
        """The log of the workers."""
        return self.stack.worker_log.read_text(encoding="utf-8")

    async def proof(self, build_id: str) -> None:
        """Wait for the end; then everything has to be there, in order and once: journal, rows, work."""
        async with asyncio.timeout(PATIENCE):
            ended = await self.builds.result(build_id)
        entries = await self.builds.journal(build_id)
        view = await self.builds.status(build_id)
        assert ended is Status.COMPLETE
        assert (verify(entries), fold(entries)) == (view.head, view)
        assert differences(self.stack.engine, entries) == []
        rows = counts(self.stack.engine, build_id)
        assert (len(entries), rows.events, rows.handoffs) == (ENTRIES, ENTRIES, HANDOFFS)
        assert self._sequences(build_id) == list(range(1, ENTRIES + 1))
        assert view.ledger.phase_runs == len(Phase)
        workspace = await Workspaces(self.stack.settings.home / "workspaces").open(build_id)
        assert (await workspace.head()).sha == view.commit
        assert (workspace.tree / "work.txt").read_text() == "".join(f"{n} {p.value}\n" for n, p in enumerate(Phase, 1))

    def _sequences(self, build_id: str) -> list[int]:
        """The entries that SQL holds of the build, superseded ones too, in the order of their numbers."""
        with self.stack.engine.connect() as connection:
            query = text(
                "SELECT sequence FROM workflow_events WHERE workflow_id IN (:plain, :dashed) ORDER BY sequence"
            )
            return list(
                connection.scalars(query, {"plain": build_key(build_id).hex, "dashed": str(build_key(build_id))})
            )


def each_once(*, but: Mapping[Phase, int] | None = None) -> dict[str, int]:
    """How often the phases of a build that goes straight through are begun; ``but`` for some."""
    return {phase.value: (but or {}).get(phase, 1) for phase in Phase}


@asynccontextmanager
async def ground(folder: Path, environ: Mapping[str, str], **settings: object) -> AsyncIterator[Ground]:
    """A stack whose state is below ``folder``; everything ends with the context."""
    profiles, marks = folder / "profiles", folder / "marks"
    for made in (profiles, marks):
        made.mkdir()
    (profiles / "played.toml").write_text(_profile(marks))
    given: dict[str, object] = {
        "home": folder / "home",
        "profiles": profiles,
        "heartbeat_seconds": 0.5,
        "max_concurrent_phases": 20,  # phases that are held shall not keep others from beginning
        "graceful_shutdown_seconds": 2.0,
    }
    async with Stack(Settings.from_environment({}, **(given | settings)), environ) as stack:
        yield Ground(stack, marks)


def _profile(marks: Path) -> str:
    """Every role played by the program. A worker that is gone is missed after a second."""
    command = f'command = ["{{python}}", "{_PLAYER}", "{marks}"]'
    role = f'runner = "command"\n{command}\nsandbox = "off"\ntimeout = "2m"\nheartbeat = "1s"\nbackoff = 0.1\n'
    return "".join(f"[roles.{name.value}]\n{role}\n" for name in Role)
